/** How long the arithmetic of a verification takes. Every operation gets another input. */
@NullMarked
package dev.assay.bench;

import org.jspecify.annotations.NullMarked;
