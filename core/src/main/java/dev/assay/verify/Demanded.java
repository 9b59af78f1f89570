package dev.assay.verify;

import dev.assay.bytes.Code;
import java.util.Optional;

/** Whether enough others vouch for a signature. */
final class Demanded {

  private Demanded() {}

  /**
   * What is missing or wrong, if anything.
   *
   * @param usualLogs how many logs are needed where the demands do not say
   * @param time whether a proven time is needed
   */
  static Optional<Check> missing(
      Evidence evidence, Witnesses witnesses, Trust.Demands demands, int usualLogs, boolean time) {
    if (!witnesses.wrong().isEmpty()) {
      Check worst = witnesses.wrong().getFirst();
      Check check =
          evidence.refuse(worst.code().orElseThrow(), worst.name() + ": " + worst.detail());
      if (worst.expected().isPresent() && worst.found().isPresent()) {
        check = check.expected(worst.expected().get(), worst.found().get());
      }
      return Optional.of(check.with(witnesses.wrong()));
    }
    int logs = demands.logs().orElse(usualLogs);
    if (witnesses.logs() < logs) {
      return Optional.of(
          few(evidence, Code.NOT_LOGGED, "transparency logs", logs, witnesses.logs(), witnesses));
    }
    int stamps = demands.timestamps().orElse(0);
    if (witnesses.timestamps() < stamps) {
      return Optional.of(
          few(
              evidence,
              Code.TIME_NOT_PROVEN,
              "timestamp authorities",
              stamps,
              witnesses.timestamps(),
              witnesses));
    }
    if (time && witnesses.times().isEmpty()) {
      return Optional.of(
          evidence
              .refuse(Code.TIME_NOT_PROVEN, "nothing trusted says when it was signed")
              .with(witnesses.aside()));
    }
    return Optional.empty();
  }

  private static Check few(
      Evidence evidence, Code code, String what, int wanted, int found, Witnesses witnesses) {
    String detail =
        found == 0
            ? "vouched for by none of the trusted " + what
            : "vouched for by too few of the trusted " + what + " (an operator counts once)";
    return evidence
        .refuse(code, detail)
        .expected(wanted + " or more", Integer.toString(found))
        .with(witnesses.aside());
  }
}
