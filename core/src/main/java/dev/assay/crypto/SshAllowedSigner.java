package dev.assay.crypto;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Somebody whose SSH signatures count: a line of a file of allowed signers. */
public final class SshAllowedSigner {

  private final int line;
  private final SshPatterns principals;
  private final SshKey key;
  private final SshSignerOptions options;

  SshAllowedSigner(int line, SshPatterns principals, SshKey key, SshSignerOptions options) {
    this.line = line;
    this.principals = principals;
    this.key = key;
    this.options = options;
  }

  /** Where it stands in the file, from 1. */
  public int line() {
    return line;
  }

  /** Who it is, as the file writes it: names and patterns divided by commas. */
  public String principals() {
    return principals.toString();
  }

  public SshKey key() {
    return key;
  }

  /** Whether this name is one of the principals. */
  public boolean isPrincipal(String name) {
    return principals.matches(name);
  }

  /** Whether the key's own signatures count; false for {@code cert-authority}. */
  boolean signsItself() {
    return !options.certAuthority;
  }

  /** Whether the signer may sign for this purpose. */
  public boolean allows(String namespace) {
    return options.namespaces == null || options.namespaces.matches(namespace);
  }

  /** Whether the key counts at this instant; both limits belong to the time. */
  public boolean validAt(Instant time) {
    return (options.validAfter == null || !time.isBefore(options.validAfter))
        && (options.validBefore == null || !time.isAfter(options.validBefore));
  }

  /** From when on the key counts; absent: always. */
  public Optional<Instant> validAfter() {
    return Optional.ofNullable(options.validAfter);
  }

  /** Until when the key counts, inclusive; absent: for good. */
  public Optional<Instant> validBefore() {
    return Optional.ofNullable(options.validBefore);
  }

  /** What a signature by the signer's security key lacks; null if nothing. */
  @Nullable String missing(SshSignature signature) {
    if (!key.isSecurityKey()) {
      return options.verifyRequired
          ? "the signer has to be verified by a security key, and the key is none"
          : null;
    }
    if (options.verifyRequired && !signature.userVerified()) {
      return "the security key did not verify its user (PIN or fingerprint)";
    }
    return !options.noTouchRequired && !signature.userPresent()
        ? "nobody touched the security key"
        : null;
  }

  @Override
  public String toString() {
    return principals + " " + key;
  }
}
