package dev.assay.trust.hardware;

import dev.assay.attest.Dsse;
import dev.assay.attest.Octets;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SshSignature;
import java.time.Instant;
import java.util.List;

/**
 * What a registrar signs about a key: the hardware's evidence, and that the key itself took part
 * (docs/key-registration.md). The subject of the statement is the key, by the SHA-256 of its
 * SubjectPublicKeyInfo.
 *
 * @param key which is registered, by its id
 * @param registrar the id of the key that registers it
 * @param registeredAt when, by the registrar's clock
 * @param purpose for people
 * @param nonce chosen by the registrar, so that nobody had the key sign in advance
 * @param possession the key's signature over {@link #challenge}
 */
public record KeyRegistration(
    Digest key,
    Digest registrar,
    Instant registeredAt,
    String purpose,
    HardwareEvidence evidence,
    Octets nonce,
    Octets possession) {

  /** The predicate type of the statement. */
  public static final String PREDICATE_TYPE = "https://assay.dev/key-registration/v1";

  /** The payload type under which a key signs the challenge: nothing else is signed under it. */
  public static final String CHALLENGE_TYPE = "application/vnd.assay.key-possession.v1";

  /** The namespace under which a security key signs the challenge. */
  public static final String NAMESPACE = "key-registration@assay.dev";

  /** Bytes of a nonce. */
  public static final int NONCE = 32;

  private static final int MAX_PURPOSE = 200;

  /**
   * @throws AssayException with {@link Code#BAD_REGISTRATION}
   */
  public KeyRegistration {
    if (nonce.size() != NONCE) {
      throw new AssayException(Code.BAD_REGISTRATION, "a nonce of " + nonce.size() + " bytes");
    }
    if (purpose.isBlank()
        || purpose.length() > MAX_PURPOSE
        || !Text.printable(purpose).equals(purpose)) {
      throw new AssayException(
          Code.BAD_REGISTRATION, "a purpose that is empty, too long or not printable");
    }
  }

  /**
   * What the key signs to be registered: everything that the registration says, so that the
   * signature is good for this one alone.
   */
  public static byte[] challenge(
      Digest key,
      Digest registrar,
      Instant registeredAt,
      String purpose,
      HardwareEvidence evidence,
      byte[] nonce) {
    return Text.utf8(
        PREDICATE_TYPE
            + "\nkey "
            + key
            + "\nregistrar "
            + registrar
            + "\ntime "
            + registeredAt
            + "\nattestation "
            + Hashes.sha256Digest(Text.utf8(evidence.toJson().compact()))
            + "\nnonce "
            + Base64s.encode(nonce)
            + "\npurpose "
            + purpose
            + "\n");
  }

  /** {@link #challenge} of this registration. */
  public byte[] challenge() {
    return challenge(key, registrar, registeredAt, purpose, evidence, nonce.bytes());
  }

  /**
   * What a key that is no security key signs: the challenge in DSSE's pre-authentication encoding,
   * under a payload type of its own. It begins with {@code DSSEv1} and is no in-toto statement, no
   * file and no answer to anybody's login.
   */
  public static byte[] signedForm(byte[] challenge) {
    return Dsse.pae(CHALLENGE_TYPE, challenge);
  }

  /**
   * Reads a registration. Whose it is, the envelope around it says.
   *
   * @throws AssayException with {@link Code#BAD_REGISTRATION}, or the codes of what is in it
   */
  public static KeyRegistration read(Statement statement) {
    if (!statement.predicateType().equals(PREDICATE_TYPE)) {
      throw new AssayException(
          Code.WRONG_PREDICATE_TYPE,
          "a statement of type "
              + Text.quote(statement.predicateType())
              + ", not the registration of a key");
    }
    if (statement.subjects().size() != 1
        || statement.subjects().getFirst().knownDigests().size() != 1
        || statement.subjects().getFirst().digests().size() != 1) {
      throw new AssayException(
          Code.BAD_REGISTRATION, "a registration of more than one key, or of a key by two digests");
    }
    Digest key = statement.subjects().getFirst().knownDigests().iterator().next();
    if (key.algorithm() != Digest.Algorithm.SHA256) {
      throw new AssayException(
          Code.BAD_REGISTRATION, "a registration that names the key by another hash than SHA-256");
    }
    Fields f = Fields.of(statement.predicate(), "predicate", Code.BAD_REGISTRATION);
    Fields possession = f.object("possession");
    KeyRegistration out =
        new KeyRegistration(
            key,
            f.digest("registrar"),
            f.time("registeredAt"),
            f.string("purpose"),
            HardwareEvidence.read(f.object("attestation")),
            Octets.of(possession.base64("nonce")),
            Octets.of(possession.base64("signature")));
    possession.done();
    f.done();
    return out;
  }

  /** The statement, to be signed by the registrar. */
  public Statement toStatement() {
    return Statement.create(
        List.of(Statement.Subject.of("key", key)),
        PREDICATE_TYPE,
        Json.object()
            .put("registeredAt", registeredAt.toString())
            .put("registrar", registrar.toString())
            .put("purpose", purpose)
            .put("attestation", evidence.toJson())
            .put(
                "possession",
                Json.object().put("nonce", nonce.base64()).put("signature", possession.base64()))
            .build());
  }

  /**
   * What it proves about a key. Who signed it is for the caller to have verified.
   *
   * @param registered the key it must be about
   * @param signedBy the key of whoever signed the statement
   * @param at the time for which the answer shall hold
   */
  public HardwareResult verify(
      PublicKey registered, PublicKey signedBy, HardwareTrust trust, Instant at) {
    if (!key.equals(registered.id())) {
      return refused(
          Code.HARDWARE_OTHER_KEY,
          "the registration is of another key",
          registered.id().toString(),
          key.toString());
    }
    // Else what the key once signed for one registrar could be carried to another.
    if (!registrar.equals(signedBy.id())) {
      return refused(
          Code.BAD_REGISTRATION,
          "the registration names another registrar than the one that signed it",
          signedBy.id().toString(),
          registrar.toString());
    }
    if (registrar.equals(key)) {
      return refused(
          Code.BAD_REGISTRATION, "a key that registers itself", "another registrar", "the key");
    }
    if (registeredAt.isAfter(at)) {
      return refused(
          Code.BAD_REGISTRATION,
          "a registration of a later time",
          "at or before " + at,
          registeredAt.toString());
    }
    HardwareResult hardware = HardwareVerifier.verify(evidence, registered, trust, registeredAt);
    if (hardware.proof().isEmpty()) {
      return hardware;
    }
    return evidence instanceof HardwareEvidence.SecurityKey sk
        ? touched(sk, hardware.proof().get())
        : registered.verify(signedForm(challenge()), possession.bytes())
            ? hardware
            : notPossessed("a signature by the key over the challenge", "another signature");
  }

  private HardwareResult touched(HardwareEvidence.SecurityKey sk, HardwareProof proof) {
    SshSignature signature;
    try {
      signature = SshSignature.parse(possession.bytes());
    } catch (AssayException e) {
      return HardwareResult.refused(HardwareRefusal.of(e));
    }
    if (!signature.key().equals(sk.key())
        || !signature.namespace().equals(NAMESPACE)
        || !signature.signs(Hashes.digest(signature.hash(), challenge()))) {
      return notPossessed(
          "an SSH signature by " + sk.key() + " for " + NAMESPACE,
          "one by " + signature.key() + " for " + Text.printable(signature.namespace()));
    }
    if (!signature.userPresent()) {
      return refused(
          Code.USER_NOT_PRESENT,
          "nobody touched the security key when the key was registered",
          "the flag of user presence",
          "a signature without it");
    }
    return HardwareResult.proven(proof.userVerified(signature.userVerified()));
  }

  private static HardwareResult notPossessed(String expected, String found) {
    return refused(
        Code.POSSESSION_NOT_PROVEN, "the key did not sign this registration", expected, found);
  }

  private static HardwareResult refused(Code code, String message, String expected, String found) {
    return HardwareResult.refused(HardwareRefusal.of(code, message, expected, found));
  }
}
