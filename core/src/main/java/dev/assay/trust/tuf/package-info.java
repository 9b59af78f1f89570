/**
 * A client of The Update Framework (specification 1.0, section 5): bytes in, verified metadata out.
 *
 * <p>It keeps every rule about signatures, versions and hashes, whatever the time is: an attacker
 * who holds back, replays, mixes or shortens files is found out. Expiry alone is no error but a
 * statement, {@link dev.assay.trust.Freshness}, because a disconnected site cannot always have the
 * newest metadata, and because the clock of such a site proves little.
 *
 * <p>Nothing that was stored is trusted for having been stored: stored files are read as a mirror
 * is, from the pinned root on.
 */
@NullMarked
package dev.assay.trust.tuf;

import org.jspecify.annotations.NullMarked;
