package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** SSH keys whose signatures no longer count: a file of public keys, one a line. */
public final class SshRevokedKeys {

  /** No key is revoked. */
  public static final SshRevokedKeys NONE = new SshRevokedKeys(Set.of());

  private static final byte[] KRL = "SSHKRL\n".getBytes(StandardCharsets.US_ASCII);

  private final Set<SshKey> keys;

  private SshRevokedKeys(Set<SshKey> keys) {
    this.keys = Set.copyOf(keys);
  }

  /**
   * Reads a file of public keys.
   *
   * @throws AssayException with {@link Code#BAD_POLICY} for a line that is not a key, since it may
   *     have been one that must not count, and for OpenSSH's binary lists (KRL)
   */
  public static SshRevokedKeys parse(byte[] file) {
    if (file.length >= KRL.length && Arrays.equals(file, 0, KRL.length, KRL, 0, KRL.length)) {
      throw new AssayException(
          Code.BAD_POLICY,
          "a binary list of revoked keys (KRL)",
          "give the revoked public keys themselves, one a line");
    }
    Set<SshKey> keys = new HashSet<>();
    for (SshLine line : SshLine.lines(file)) {
      try {
        keys.add(SshKey.parse(line.word(), line.word()));
      } catch (AssayException e) {
        // A key of a kind that is not accepted does not count anyway.
        if (e.code() != Code.KEY_UNSUPPORTED) {
          throw new AssayException(
              Code.BAD_POLICY,
              "line " + line.number() + " of the revoked keys: " + e.getMessage(),
              e);
        }
      }
    }
    return new SshRevokedKeys(keys);
  }

  public boolean contains(SshKey key) {
    return keys.contains(key);
  }
}
