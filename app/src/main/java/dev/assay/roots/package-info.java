/**
 * Where trust roots come from: TUF repositories over the network or from a folder, what was kept of
 * them, and what the product brings along.
 */
@NullMarked
package dev.assay.roots;

import org.jspecify.annotations.NullMarked;
