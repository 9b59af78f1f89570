package dev.assay.crypto;

/** Signatures of security keys that nobody has, for tests in other packages. */
public final class SshSignatures {

  private SshSignatures() {}

  /** The key, as SSH writes that of a security key. */
  public static byte[] key(PrivateKey key) {
    return SshMaker.securityKey(key).keyBlob();
  }

  /** The key, as SSH writes one that is in a file. */
  public static byte[] plainKey(PrivateKey key) {
    return SshMaker.of(key).keyBlob();
  }

  /** What an agent answers that has an Ed25519 key of a security key sign (PROTOCOL.u2f). */
  public static byte[] agentAnswer(PrivateKey key, byte[] data, int flags) {
    SshMaker maker = SshMaker.securityKey(key);
    byte[] counted = SshMaker.join(new byte[] {(byte) flags}, SshMaker.uint32(9));
    byte[] message =
        SshMaker.join(
            Hashes.sha256(dev.assay.bytes.Text.utf8(maker.application)),
            counted,
            Hashes.sha256(data));
    return SshMaker.join(
        SshMaker.string(maker.algorithm), SshMaker.string(key.sign(message)), counted);
  }

  /**
   * What a security key makes.
   *
   * @param sentFlags flags that are sent instead of those that were signed, if not negative
   */
  public static byte[] sign(
      PrivateKey key, byte[] content, String namespace, int flags, int sentFlags) {
    SshMaker maker = SshMaker.securityKey(key);
    maker.namespace = namespace;
    maker.flags = flags;
    maker.sentFlags = sentFlags;
    return maker.sign(content);
  }
}
