/**
 * The ledger: an append-only log of small canonical records, in the C2SP {@code tlog-tiles} format,
 * with large things beside it as blobs named by digest. It is the truth; every database is a view
 * of it.
 */
@NullMarked
package dev.assay.ledger;

import org.jspecify.annotations.NullMarked;
