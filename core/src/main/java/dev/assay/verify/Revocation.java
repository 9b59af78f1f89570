package dev.assay.verify;

import dev.assay.bytes.Code;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.RevocationList;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Whether the certificates on a path were revoked when something was signed. */
final class Revocation {

  private Revocation() {}

  /**
   * Why the path does not hold, if it does not. With no list at all, nothing is asked; with one,
   * each certificate below the root needs a list of its issuer, in force at or after the signing.
   *
   * @param path the signer's certificate first, the root last
   * @param moments when it was signed, or the time of the verdict where that is not proven
   * @param proven whether the moments are proven: else whatever is revoked may have signed after
   */
  static Optional<Check> check(
      Evidence evidence,
      List<Certificate> path,
      List<RevocationList> lists,
      List<Instant> moments,
      boolean proven) {
    if (lists.isEmpty()) {
      return Optional.empty();
    }
    Instant last = moments.getFirst();
    for (Instant moment : moments) {
      last = moment.isAfter(last) ? moment : last;
    }
    for (int i = 0; i + 1 < path.size(); i++) {
      Optional<Check> found = one(evidence, path.get(i), path.get(i + 1), lists, last, proven);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<Check> one(
      Evidence evidence,
      Certificate certificate,
      Certificate issuer,
      List<RevocationList> lists,
      Instant moment,
      boolean proven) {
    boolean covered = false;
    Instant newest = null;
    for (RevocationList list : lists) {
      if (!list.by(issuer)) {
        continue;
      }
      Optional<RevocationList.Revoked> revoked = list.find(certificate);
      if (revoked.isPresent() && (!proven || !revoked.get().at().isAfter(moment))) {
        return Optional.of(
            evidence
                .refuse(
                    Code.CERTIFICATE_REVOKED,
                    certificate.subjectName() + " is revoked since " + revoked.get().at())
                .expected(
                    "not revoked at " + moment + (proven ? "" : ", no time being proven"),
                    "revoked: " + revoked.get().reason()));
      }
      // A list made after the signing knows of every revocation before it; an older one has to be
      // in force still.
      covered |= !list.thisUpdate().isBefore(moment) || list.currentAt(moment);
      newest = newest == null || list.thisUpdate().isAfter(newest) ? list.thisUpdate() : newest;
    }
    if (covered) {
      return Optional.empty();
    }
    return Optional.of(
        Check.notEvaluated(
            evidence.candidate.origin(),
            Code.NOT_EVALUATED,
            newest == null
                ? "no revocation list of " + issuer.subjectName()
                : "the revocation list of "
                    + issuer.subjectName()
                    + " of "
                    + newest
                    + " was not in force at "
                    + moment));
  }
}
