package dev.assay.gate;

import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * What was found about one image.
 *
 * @param image the normalised name that was asked about
 * @param repository registry and repository: {@code registry.example/pay}
 * @param tag the tag that was resolved, if one was
 * @param digest what would run; a judgement without it never allows
 * @param verdict why
 */
public record Judgement(
    String image,
    Optional<String> repository,
    Optional<String> tag,
    Optional<Digest> digest,
    Verdict verdict) {

  /** Verified, and about bytes that are known. */
  public boolean verified() {
    return digest.isPresent() && verdict.verified();
  }

  /** The reason for the refusal; present exactly when not {@link #verified}. */
  public Optional<Code> code() {
    if (verified()) {
      return Optional.empty();
    }
    return Optional.of(verdict.decisive().flatMap(Check::code).orElse(Code.NOT_EVALUATED));
  }

  /** Whether nothing speaks against the image but something could not be found out. */
  boolean undecided() {
    return !verified() && (verdict.verified() || verdict.exit() == Code.Exit.UNDECIDED);
  }

  static Judgement refused(String image, Check check, String time) {
    return new Judgement(
        image,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        new Verdict(image, Optional.empty(), List.of(check), time));
  }
}
