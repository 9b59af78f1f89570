package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Reads the bodies of log entries: unknown members, missing and empty parts are refused. */
final class RekorBodyReader {

  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  private RekorBodyReader() {}

  static RekorBody read(Json json) {
    Fields f = Fields.of(json, "log entry", Code.BAD_LOG_ENTRY);
    String kindName = f.string("kind");
    String version = f.string("apiVersion");
    Fields spec = f.object("spec");
    f.done(Code.BAD_LOG_ENTRY);
    Optional<RekorBody.Kind> kind = RekorBody.Kind.of(kindName, version);
    if (kind.isEmpty()) {
      throw f.bad(
          "kind", "entries of the kind " + Text.quote(kindName + " " + version) + " are not read");
    }
    RekorBody body =
        switch (kind.get()) {
          case HASHED_REKORD_V1 -> hashedRekordV1(spec);
          case DSSE_V1 -> dsseV1(spec);
          case INTOTO_V1 -> intotoV1(spec);
          case INTOTO_V2 -> intotoV2(spec);
          case HASHED_REKORD_V2 -> hashedRekordV2(spec);
        };
    spec.done(Code.BAD_LOG_ENTRY);
    return body;
  }

  private static RekorBody hashedRekordV1(Fields spec) {
    Fields data = spec.object("data");
    Digest digest = hash(data, "hash");
    data.done(Code.BAD_LOG_ENTRY);
    Fields signature = spec.object("signature");
    Octets value = some(signature, "content");
    Fields key = signature.object("publicKey");
    RekorBody.Verifier verifier = pem(key, "content");
    key.done(Code.BAD_LOG_ENTRY);
    signature.done(Code.BAD_LOG_ENTRY);
    return new RekorBody(
        RekorBody.Kind.HASHED_REKORD_V1,
        digest,
        Optional.of(value),
        verifier,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static RekorBody dsseV1(Fields spec) {
    // The envelope's own hash depends on how it was spelled when it was logged: it is read, and
    // nobody can compare it.
    hash(spec, "envelopeHash");
    Digest digest = sha256(spec, "payloadHash");
    Fields signature = only(spec);
    Octets value = some(signature, "signature");
    RekorBody.Verifier verifier = pem(signature, "verifier");
    signature.done(Code.BAD_LOG_ENTRY);
    return new RekorBody(
        RekorBody.Kind.DSSE_V1,
        digest,
        Optional.of(value),
        verifier,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static RekorBody intotoV1(Fields spec) {
    Fields content = spec.object("content");
    Digest envelope = sha256(content, "hash");
    Digest digest = sha256(content, "payloadHash");
    content.done(Code.BAD_LOG_ENTRY);
    RekorBody.Verifier verifier = pem(spec, "publicKey");
    return new RekorBody(
        RekorBody.Kind.INTOTO_V1,
        digest,
        Optional.empty(),
        verifier,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(envelope));
  }

  private static RekorBody intotoV2(Fields spec) {
    Fields content = spec.object("content");
    hash(content, "hash");
    Digest digest = sha256(content, "payloadHash");
    Fields envelope = content.object("envelope");
    String payloadType = envelope.string("payloadType");
    Optional<Octets> payload = Optional.empty();
    if (envelope.has("payload")) {
      payload = Optional.of(twice(envelope, "payload"));
    }
    Fields signature = only(envelope);
    // The signer's name for the key: a hint, signed by nobody.
    signature.optionalString("keyid");
    Octets value = twice(signature, "sig");
    RekorBody.Verifier verifier = pem(signature, "publicKey");
    signature.done(Code.BAD_LOG_ENTRY);
    envelope.done(Code.BAD_LOG_ENTRY);
    content.done(Code.BAD_LOG_ENTRY);
    return new RekorBody(
        RekorBody.Kind.INTOTO_V2,
        digest,
        Optional.of(value),
        verifier,
        Optional.empty(),
        Optional.of(payloadType),
        payload,
        Optional.empty());
  }

  private static RekorBody hashedRekordV2(Fields spec) {
    Fields record = spec.object("hashedRekordV002");
    Fields data = record.object("data");
    String algorithm = data.string("algorithm");
    byte[] value = data.base64("digest");
    data.done(Code.BAD_LOG_ENTRY);
    Fields signature = record.object("signature");
    Octets content = some(signature, "content");
    Fields verifier = signature.object("verifier");
    String keyDetails = verifier.string("keyDetails");
    Optional<Fields> certificate = verifier.optionalObject("x509Certificate");
    Optional<Fields> key = verifier.optionalObject("publicKey");
    if (certificate.isPresent() == key.isPresent()) {
      throw verifier.bad("publicKey", "exactly one of publicKey and x509Certificate is needed");
    }
    Fields raw = certificate.isPresent() ? certificate.get() : key.orElseThrow();
    Octets der = some(raw, "rawBytes");
    raw.done(Code.BAD_LOG_ENTRY);
    verifier.done(Code.BAD_LOG_ENTRY);
    signature.done(Code.BAD_LOG_ENTRY);
    record.done(Code.BAD_LOG_ENTRY);
    return new RekorBody(
        RekorBody.Kind.HASHED_REKORD_V2,
        digest(data, algorithm, value),
        Optional.of(content),
        new RekorBody.Verifier(certificate.isPresent(), der),
        Optional.of(keyDetails),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Digest digest(Fields data, String algorithm, byte[] value) {
    for (Digest.Algorithm a : Digest.Algorithm.values()) {
      if (BundleReader.hashName(a).equals(algorithm)) {
        if (value.length * 2 != a.hexLength()) {
          throw data.bad("digest", "a " + a.id() + " digest of " + value.length + " bytes");
        }
        return new Digest(a, Hex.encode(value));
      }
    }
    throw data.bad("algorithm", "not accepted: " + Text.quote(algorithm));
  }

  private static Digest hash(Fields f, String name) {
    Fields hash = f.object(name);
    String algorithm = hash.string("algorithm");
    String value = hash.string("value");
    hash.done(Code.BAD_LOG_ENTRY);
    Digest.Algorithm known = Digest.Algorithm.byId(algorithm).orElse(null);
    if (known == null) {
      throw hash.bad("algorithm", "not accepted: " + Text.quote(algorithm));
    }
    try {
      return new Digest(known, value);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_LOG_ENTRY, hash.at("value") + ": " + e.getMessage(), e);
    }
  }

  private static Digest sha256(Fields f, String name) {
    Digest digest = hash(f, name);
    if (digest.algorithm() != Digest.Algorithm.SHA256) {
      throw f.bad(name, "not SHA-256: " + digest.algorithm().id());
    }
    return digest;
  }

  private static Fields only(Fields f) {
    List<Fields> signatures = f.objects("signatures", 1);
    if (signatures.isEmpty()) {
      throw f.bad("signatures", "none");
    }
    return signatures.getFirst();
  }

  private static Octets some(Fields f, String name) {
    byte[] value = f.base64(name);
    if (value.length == 0) {
      throw f.bad(name, "empty");
    }
    return Octets.wrap(value);
  }

  // The kind intoto keeps the base64 text of an envelope in base64.
  private static Octets twice(Fields f, String name) {
    byte[] once = some(f, name).bytes();
    byte[] value = decode(f, name, new String(once, StandardCharsets.ISO_8859_1));
    if (value.length == 0) {
      throw f.bad(name, "empty");
    }
    return Octets.of(value);
  }

  /** The DER in one PEM block; its base64 may be broken into lines in any way. */
  private static RekorBody.Verifier pem(Fields f, String name) {
    String text = new String(some(f, name).shared(), StandardCharsets.ISO_8859_1).strip();
    boolean certificate = text.startsWith(BEGIN + "CERTIFICATE" + DASHES);
    if (!certificate && !text.startsWith(BEGIN + "PUBLIC KEY" + DASHES)) {
      throw f.bad(name, "neither a certificate nor a public key in PEM");
    }
    String label = (certificate ? "CERTIFICATE" : "PUBLIC KEY") + DASHES;
    int from = BEGIN.length() + label.length();
    int to = text.length() - END.length() - label.length();
    if (to < from || !text.startsWith(END + label, to)) {
      throw f.bad(name, "not one PEM block");
    }
    byte[] base64 = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c != '\n' && c != '\r') {
        base64[length++] = (byte) c;
      }
    }
    byte[] der = decode(f, name, new String(base64, 0, length, StandardCharsets.ISO_8859_1));
    if (der.length == 0) {
      throw f.bad(name, "empty");
    }
    return new RekorBody.Verifier(certificate, Octets.wrap(der));
  }

  private static byte[] decode(Fields f, String name, String text) {
    try {
      return Base64s.decode(text);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_LOG_ENTRY, f.at(name) + ": " + e.getMessage(), e);
    }
  }
}
