package dev.assay.verify;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.SignedCertificateTimestamps;
import dev.assay.crypto.SignedCertificateTimestamps.Sct;
import dev.assay.trust.TrustRoot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which certificate transparency logs promised to publish a certificate (RFC 6962 section 3). */
final class CtCheck {

  private final List<Check> facts = new ArrayList<>();
  private final List<Check> refused = new ArrayList<>();
  private final List<String> parties = new ArrayList<>();

  private CtCheck() {}

  static CtCheck of(Certificate leaf, Certificate issuer, List<TrustRoot.Log> logs) {
    CtCheck check = new CtCheck();
    if (logs.isEmpty()) {
      check.facts.add(
          Check.pass("ct", "not looked at: the trust root has no certificate transparency log"));
      return check;
    }
    List<Sct> scts;
    try {
      scts = SignedCertificateTimestamps.read(leaf);
    } catch (AssayException e) {
      check.refused.add(Check.fail("ct", e.code(), String.valueOf(e.getMessage())));
      return check;
    }
    for (Sct sct : scts) {
      Optional<Check> refusal = check.one(sct, leaf, issuer, logs);
      refusal.ifPresent(check.refused::add);
    }
    return check;
  }

  private Optional<Check> one(
      Sct sct, Certificate leaf, Certificate issuer, List<TrustRoot.Log> logs) {
    for (TrustRoot.Log log : logs) {
      if (!log.id().is(sct.logId())) {
        continue;
      }
      if (!log.validFor().contains(sct.time())) {
        return Optional.of(
            Check.fail(
                    "ct",
                    Code.SCT_MISSING,
                    "promised outside the time for which the log is trusted")
                .expected(log.validFor().toString(), sct.time().toString()));
      }
      if (!SignedCertificateTimestamps.verify(sct, leaf, issuer, log.key())) {
        return Optional.of(
            Check.fail(
                "ct", Code.SIGNATURE_INVALID, "the promise of " + log.baseUrl() + " is forged"));
      }
      if (!parties.contains(log.party())) {
        parties.add(log.party());
        facts.add(Check.pass("ct", "promised by " + log.host() + " at " + sct.time()));
      }
      return Optional.empty();
    }
    return Optional.of(
        Check.fail("ct", Code.SCT_MISSING, "a promise by a log that is not trusted"));
  }

  /** How many parties run the logs whose promises verify. */
  int parties() {
    return parties.size();
  }

  List<Check> facts() {
    return facts;
  }

  Check refusal(Evidence evidence, int wanted) {
    return evidence
        .refuse(
            Code.SCT_MISSING,
            refused.isEmpty()
                ? "no certificate transparency log promised to publish its certificate"
                : refused.getFirst().detail())
        .expected(wanted + " or more", Integer.toString(parties.size()))
        .with(refused);
  }
}
