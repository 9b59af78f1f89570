package dev.assay.verify;

import dev.assay.bytes.Code;
import java.util.Optional;

/**
 * A piece of evidence as it was found, or the news that one could not be fetched. The difference
 * matters: what is not there is a refusal, what could not be read leaves the question open.
 *
 * @param origin where it was found, for people: a file, a referrer's digest
 * @param bytes a Sigstore bundle or a DSSE envelope; empty when it could not be fetched
 * @param failure why it could not be fetched
 */
// Evidence can be large and is only read; a copy at each step would double it.
@SuppressWarnings("ArrayRecordComponent")
public record Candidate(String origin, byte[] bytes, Optional<Failure> failure) {

  /** Why evidence could not be fetched. */
  public record Failure(Code code, String message) {}

  public static Candidate of(String origin, byte[] bytes) {
    return new Candidate(origin, bytes, Optional.empty());
  }

  public static Candidate unreadable(String origin, Code code, String message) {
    return new Candidate(origin, new byte[0], Optional.of(new Failure(code, message)));
  }
}
