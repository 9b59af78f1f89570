package dev.assay.crypto;

import dev.assay.bytes.Code;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a timestamp is one of an authority that is trusted, about this message. Every question is
 * asked of the one certificate that signed, at the time the token states (RFC 3161 section 2.3, RFC
 * 5280 section 6.1). Whether the authority was to be believed at that time at all (the window that
 * a trust root gives it) is left to the caller.
 */
public final class TimestampAuthorityCheck {

  /**
   * What was found.
   *
   * @param signer the certificate that signed; present exactly when the timestamp counts
   * @param time when the authority saw the message; present exactly when the timestamp counts
   * @param code why it does not count: {@link Code#BAD_TIMESTAMP}, {@link Code#TIMESTAMP_UNTRUSTED}
   *     or {@link Code#CERTIFICATE_EXPIRED}
   * @param detail one line for a person
   */
  public record Outcome(
      Optional<Certificate> signer, Optional<Instant> time, Optional<Code> code, String detail) {

    /** Whether the timestamp counts. */
    public boolean passed() {
      return code.isEmpty();
    }
  }

  private TimestampAuthorityCheck() {}

  /**
   * Checks a timestamp.
   *
   * @param chain the authority's certificates as the trust root gives them, the last one trusted as
   *     it is. Where the first is not a CA it must be the signer; where it is, the signer's
   *     certificate comes with the token. Of what comes with a token nothing else is used
   * @param message what the timestamp must be about
   * @param cache spares verifying the same authority's certificates again
   * @throws IllegalArgumentException if the chain is empty
   */
  public static Outcome check(
      Timestamp timestamp, List<Certificate> chain, byte[] message, @Nullable PathCache cache) {
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("an authority without certificates");
    }
    if (!timestamp.covers(message)) {
      return refuse(Code.BAD_TIMESTAMP, "the timestamp is about something else");
    }
    Certificate first = chain.getFirst();
    boolean leafGiven = !first.isCa();
    Optional<Certificate> signer =
        !leafGiven
            ? timestamp.signer(chain)
            : timestamp.signedBy(first) ? Optional.of(first) : Optional.empty();
    if (signer.isEmpty()) {
      return refuse(
          Code.TIMESTAMP_UNTRUSTED,
          "not signed by this authority: the token names " + timestamp.signerName());
    }
    CertificatePath.Result path =
        CertificatePath.build(
            signer.get(),
            chain.subList(leafGiven ? 1 : 0, Math.max(leafGiven ? 1 : 0, chain.size() - 1)),
            List.of(chain.getLast()),
            timestamp.time(),
            Purpose.TIME_STAMPING,
            cache);
    if (path.failure().isPresent()) {
      CertificatePath.Failure failure = path.failure().get();
      return refuse(
          failure.code() == Code.CERTIFICATE_EXPIRED
              ? Code.CERTIFICATE_EXPIRED
              : Code.TIMESTAMP_UNTRUSTED,
          failure.message()
              + " ("
              + failure.certificate()
              + "): expected "
              + failure.expected()
              + ", found "
              + failure.found());
    }
    return new Outcome(
        signer,
        Optional.of(timestamp.time()),
        Optional.empty(),
        "by " + signer.get().subjectName());
  }

  /** As {@link #check(Timestamp, List, byte[], PathCache)}, remembering nothing. */
  public static Outcome check(Timestamp timestamp, List<Certificate> chain, byte[] message) {
    return check(timestamp, chain, message, null);
  }

  private static Outcome refuse(Code code, String detail) {
    return new Outcome(Optional.empty(), Optional.empty(), Optional.of(code), detail);
  }
}
