/**
 * Asking the ledger and proving what it answers.
 *
 * <p>An {@link dev.assay.evidence.EvidenceIndex} is a projection of a ledger into SQL: drop it, and
 * it is rebuilt to the same answers. An {@link dev.assay.evidence.Asker} answers a {@link
 * dev.assay.evidence.Question} from it with YES, NO or UNKNOWN and says what the answer rests on. A
 * {@link dev.assay.evidence.Prover} writes question, answer and everything it rests on into one
 * file; {@link dev.assay.evidence.ProofChecker} feeds that file alone to the same index and the
 * same code and compares.
 *
 * <p>Two times are kept apart: when it was so (the {@code takenAt} of snapshots, in milliseconds
 * since 1970, UTC) and when it was known (a position in the ledger). Every row carries the index of
 * the record it comes from, and a question "as of" position N sees rows below N only.
 *
 * <p>What ran is kept as intervals: first and last complete snapshot that show a container, with no
 * complete snapshot between them that does not. An incomplete snapshot makes a sighting, which
 * proves presence at its time and nothing else.
 *
 * <pre>{@code
 * YES  CVE-2021-44228  runs in 1 workload
 *   prod/pay deployment/pay app   since 2026-11-22T12:00:04Z (not running at 11:55:04Z), still at 12:10:04Z
 * }</pre>
 */
@NullMarked
package dev.assay.evidence;

import org.jspecify.annotations.NullMarked;
