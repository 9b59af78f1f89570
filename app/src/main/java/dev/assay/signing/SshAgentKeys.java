package dev.assay.signing;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.EcdsaForm;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SshKey;
import dev.assay.crypto.SshSignature;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Keys in an SSH agent: {@code ssh-agent:} where it holds one, {@code ssh-agent://SHA256:...} by
 * fingerprint, {@code ssh-agent://COMMENT} by comment.
 *
 * <p>An SSH key also opens doors: what it signs may be an answer to a server's challenge. So
 * nothing is signed with it that somebody else could have made up: an SSHSIG (which begins with its
 * name), or a DSSE envelope's encoding (which does too), never a file as it is.
 */
public final class SshAgentKeys {

  /** What a reference to a key in an agent begins with. */
  public static final String SCHEME = "ssh-agent:";

  private static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DSSE = "DSSEv1 ".getBytes(StandardCharsets.US_ASCII);
  private static final int LINE = 70;

  private SshAgentKeys() {}

  /**
   * A key in the agent.
   *
   * @param key absent where it is of a kind that is not used here
   */
  public record Listed(String uri, String comment, Optional<SshKey> key) {}

  /**
   * The keys that the agent holds.
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE} if there is no agent, {@link
   *     Code#SIGNING_FAILED} if it does not answer
   */
  public static List<Listed> list(KeySettings settings) {
    List<Listed> out = new ArrayList<>();
    for (SshAgent.Identity identity : new SshAgent(settings).identities()) {
      Optional<SshKey> key = readable(identity.blob());
      out.add(
          new Listed(
              SCHEME + "//" + key.map(SshKey::fingerprint).orElse(identity.comment()),
              identity.comment(),
              key));
    }
    return out;
  }

  private static Optional<SshKey> readable(byte[] blob) {
    try {
      return Optional.of(SshKey.parse(blob));
    } catch (AssayException e) {
      return Optional.empty();
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Chosen(SshAgent agent, byte[] blob, SshKey key) {}

  private static Chosen choose(String reference, KeySettings settings) {
    String rest = reference.substring(SCHEME.length());
    String wanted = rest.startsWith("//") ? rest.substring(2) : rest;
    SshAgent agent = new SshAgent(settings);
    List<SshAgent.Identity> all = agent.identities();
    List<SshAgent.Identity> matching = new ArrayList<>();
    for (SshAgent.Identity identity : all) {
      if (wanted.isEmpty()
          || identity.comment().equals(wanted)
          || readable(identity.blob()).filter(k -> k.fingerprint().equals(wanted)).isPresent()) {
        matching.add(identity);
      }
    }
    if (matching.size() != 1) {
      String held =
          all.stream()
              .limit(20)
              .map(i ->
                  readable(i.blob()).map(SshKey::fingerprint).orElse("?")
                      + " "
                      + Text.printable(i.comment()))
              .reduce((a, b) -> a + ", " + b)
              .orElse("none");
      throw new AssayException(
          Code.KEY_UNREADABLE,
          matching.isEmpty()
              ? "the SSH agent holds no key " + Text.quote(wanted)
              : "the SSH agent holds " + matching.size() + " such keys; name one",
          "keys in the agent: " + held);
    }
    byte[] blob = matching.getFirst().blob();
    return new Chosen(agent, blob, SshKey.parse(blob));
  }

  /**
   * The key that a reference names.
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE}, {@link Code#KEY_UNSUPPORTED} or {@link
   *     Code#SIGNING_FAILED}
   */
  public static SshKey key(String reference, KeySettings settings) {
    return choose(reference, settings).key();
  }

  static Signer signer(String reference, KeySettings settings) {
    Chosen chosen = choose(reference, settings);
    if (chosen.key().isSecurityKey()) {
      throw new AssayException(
          Code.KEY_UNSUPPORTED,
          "an SSH security key makes SSH signatures only: what it signs says that it was touched",
          "assay sign --key " + SCHEME + " --ssh-signature FILE.sig FILE");
    }
    return new AgentSigner(chosen.agent(), chosen.blob(), chosen.key());
  }

  /**
   * Signs a file as {@code ssh-keygen -Y sign} does (PROTOCOL.sshsig of OpenSSH), with SHA-512.
   *
   * @param namespace what the signature is for: {@code file}, or a name of one's own
   * @return the armored signature, which was verified
   * @throws AssayException with {@link Code#KEY_UNREADABLE}, {@link Code#KEY_UNSUPPORTED} or {@link
   *     Code#SIGNING_FAILED}
   */
  public static byte[] signature(
      String reference, byte[] content, String namespace, KeySettings settings) {
    Chosen chosen = choose(reference, settings);
    byte[] hash = Hashes.sha512(content);
    byte[] signed =
        new SshWriter()
            .raw(MAGIC)
            .string(namespace)
            .string("")
            .string("sha512")
            .string(hash)
            .bytes();
    byte[] signature = chosen.agent().sign(chosen.blob(), signed, SshAgent.RSA_SHA512);
    byte[] armored =
        armor(
            new SshWriter()
                .raw(MAGIC)
                .uint32(1)
                .string(chosen.blob())
                .string(namespace)
                .string("")
                .string("sha512")
                .string(signature)
                .bytes());
    SshSignature made = SshSignature.parse(armored);
    if (!made.signs(Hashes.digest(dev.assay.bytes.Digest.Algorithm.SHA512, content))) {
      throw new AssayException(
          Code.SIGNING_FAILED, "the SSH agent's signature does not verify; nothing was signed");
    }
    return armored;
  }

  private static byte[] armor(byte[] blob) {
    String base64 = Base64s.encode(blob);
    StringBuilder out = new StringBuilder("-----BEGIN SSH SIGNATURE-----\n");
    for (int i = 0; i < base64.length(); i += LINE) {
      out.append(base64, i, Math.min(base64.length(), i + LINE)).append('\n');
    }
    return Text.utf8(out.append("-----END SSH SIGNATURE-----\n").toString());
  }

  private static final class AgentSigner implements Signer {
    private final SshAgent agent;
    private final byte[] blob;
    private final SshKey key;

    AgentSigner(SshAgent agent, byte[] blob, SshKey key) {
      this.agent = agent;
      this.blob = blob;
      this.key = key;
    }

    @Override
    public PublicKey publicKey() {
      return key.publicKey();
    }

    @Override
    public byte[] sign(byte[] message) {
      if (!Arrays.equals(message, 0, Math.min(DSSE.length, message.length), DSSE, 0, DSSE.length)) {
        throw new AssayException(
            Code.KEY_UNSUPPORTED,
            "an SSH key does not sign a file as it is: the file could be an answer that opens an"
                + " SSH session",
            "assay sign --key " + SCHEME + " --ssh-signature FILE.sig FILE");
      }
      byte[] answer = agent.sign(blob, message, SshAgent.RSA_SHA256);
      byte[] signature = plain(answer);
      if (!publicKey().verify(message, signature)) {
        throw new AssayException(
            Code.SIGNING_FAILED, "the SSH agent's signature does not verify; nothing was signed");
      }
      return signature;
    }

    // RFC 5656 section 3.1.2: ECDSA is two mpints; the others are their bytes.
    private byte[] plain(byte[] answer) {
      try {
        ByteBuffer in = ByteBuffer.wrap(answer);
        SshAgent.string(in);
        byte[] value = SshAgent.string(in);
        KeyAlgorithm algorithm = publicKey().algorithm();
        if (algorithm == KeyAlgorithm.ED25519 || algorithm == KeyAlgorithm.RSA) {
          return value;
        }
        ByteBuffer numbers = ByteBuffer.wrap(value);
        return EcdsaForm.der(SshAgent.string(numbers), SshAgent.string(numbers));
      } catch (BufferUnderflowException e) {
        throw new AssayException(
            Code.SIGNING_FAILED, "the SSH agent gave a signature that cannot be read", e);
      }
    }

    @Override
    public String toString() {
      return SCHEME + "//" + key.fingerprint();
    }
  }
}
