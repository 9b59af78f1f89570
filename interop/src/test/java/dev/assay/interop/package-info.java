/**
 * Assay beside real peers: registries, signers and clients that nobody here wrote. {@code
 * interop/install} installs them; {@link dev.assay.interop.Peers} finds them.
 */
@NullMarked
package dev.assay.interop;

import org.jspecify.annotations.NullMarked;
