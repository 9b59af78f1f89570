package dev.assay.trust;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key that somebody trusts, under a name, for a time.
 *
 * @param name what the key is called in policies and verdicts
 * @param notBefore the first instant at which its signatures count; absent: always
 * @param notAfter the last instant at which they count (inclusive); absent: for good
 * @param revokedAt the instant from which they no longer count
 * @param hardware what is asked of the hardware that holds it; absent: nothing
 */
public record TrustedKey(
    String name,
    PublicKey key,
    Optional<Instant> notBefore,
    Optional<Instant> notAfter,
    Optional<Instant> revokedAt,
    Optional<HardwareBacking> hardware)
    implements Signer {

  /**
   * @throws AssayException with {@link Code#BAD_FIELD} if the name is blank or the validity ends
   *     before it begins
   */
  public TrustedKey {
    if (name.isBlank()) {
      throw new AssayException(Code.BAD_FIELD, "a trusted key without a name");
    }
    if (notBefore.isPresent() && notAfter.isPresent() && notAfter.get().isBefore(notBefore.get())) {
      throw new AssayException(
          Code.BAD_FIELD, "the validity of the key " + Text.quote(name) + " ends before it begins");
    }
  }

  /** A key wherever it is held. */
  public TrustedKey(
      String name,
      PublicKey key,
      Optional<Instant> notBefore,
      Optional<Instant> notAfter,
      Optional<Instant> revokedAt) {
    this(name, key, notBefore, notAfter, revokedAt, Optional.empty());
  }

  /** A key that is trusted without a limit in time. */
  public static TrustedKey always(String name, PublicKey key) {
    return new TrustedKey(name, key, Optional.empty(), Optional.empty(), Optional.empty());
  }

  @Override
  public String describe() {
    return key.toString();
  }

  /** The same key, if its hardware is what is asked for. */
  public TrustedKey backedBy(HardwareBacking backing) {
    return new TrustedKey(name, key, notBefore, notAfter, revokedAt, Optional.of(backing));
  }

  /** Whether a signature made at this instant counts. */
  public boolean validAt(Instant time) {
    return notBefore.map(t -> !time.isBefore(t)).orElse(true)
        && notAfter.map(t -> !time.isAfter(t)).orElse(true)
        && revokedAt.map(time::isBefore).orElse(true);
  }

  /** Why {@link #validAt} is false, for a person; empty when it is true. */
  public Optional<String> whyNotAt(Instant time) {
    if (revokedAt.isPresent() && !time.isBefore(revokedAt.get())) {
      return Optional.of("the key " + Text.quote(name) + " is revoked since " + revokedAt.get());
    }
    if (notBefore.isPresent() && time.isBefore(notBefore.get())) {
      return Optional.of("the key " + Text.quote(name) + " is valid from " + notBefore.get());
    }
    if (notAfter.isPresent() && time.isAfter(notAfter.get())) {
      return Optional.of("the key " + Text.quote(name) + " was valid until " + notAfter.get());
    }
    return Optional.empty();
  }

  // Written out: what the compiler makes for a record links itself at the first call, which costs a
  // short command several milliseconds.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TrustedKey that
        && name.equals(that.name)
        && key.equals(that.key)
        && notBefore.equals(that.notBefore)
        && notAfter.equals(that.notAfter)
        && revokedAt.equals(that.revokedAt)
        && hardware.equals(that.hardware);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + key.hashCode();
  }
}
