/** What the package phase has made, started as users start it. */
@NullMarked
package dev.assay.distribution;

import org.jspecify.annotations.NullMarked;
