package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the proto3 JSON form of a bundle: unknown members, missing and empty parts are refused. */
final class BundleReader {

  private static final int HASH_BYTES = 32;
  static final int MAX_CHAIN = 16;
  // A proof in a tree of at most 2^63 leaves.
  private static final int MAX_PROOF = 63;

  private BundleReader() {}

  /**
   * @param allowChain whether version 0.3 may have a chain of certificates
   */
  static Bundle read(Json json, boolean allowChain) {
    Fields f = Fields.of(json, "bundle", Code.BAD_BUNDLE);
    String mediaType = f.string("mediaType");
    Bundle.Version version =
        Bundle.Version.byMediaType(mediaType)
            .orElseThrow(() ->
                new AssayException(
                    Bundle.isBundle(mediaType) ? Code.BUNDLE_UNSUPPORTED : Code.BAD_BUNDLE,
                    "bundle.mediaType: not a bundle of version 0.1 to 0.3: "
                        + Text.quote(mediaType)));
    Fields material = f.object("verificationMaterial");
    Bundle.Material signer = material(material, version, allowChain);
    List<LogEntry> entries = new ArrayList<>();
    for (Fields entry : material.objects("tlogEntries", Limits.BUNDLE_LOG_ENTRIES)) {
      entries.add(entry(entry, version));
    }
    List<Octets> timestamps = timestamps(material);
    material.done(Code.BAD_BUNDLE);
    Bundle.Content content = content(f);
    f.done(Code.BAD_BUNDLE);
    return new Bundle(Bundle.Form.BUNDLE, version, signer, entries, timestamps, content);
  }

  private static Bundle.Material material(Fields f, Bundle.Version version, boolean allowChain) {
    Optional<Fields> key = f.optionalObject("publicKey");
    Optional<Fields> certificate = f.optionalObject("certificate");
    Optional<Fields> chain = f.optionalObject("x509CertificateChain");
    int given =
        (key.isPresent() ? 1 : 0) + (certificate.isPresent() ? 1 : 0) + (chain.isPresent() ? 1 : 0);
    if (given != 1) {
      throw f.bad(
          "publicKey",
          "exactly one of publicKey, certificate and x509CertificateChain is needed; found "
              + given);
    }
    if (key.isPresent()) {
      String hint = key.get().optionalString("hint").orElse("");
      key.get().done(Code.BAD_BUNDLE);
      return new Bundle.KeyHint(hint);
    }
    if (certificate.isPresent()) {
      if (version != Bundle.Version.V0_3) {
        throw f.bad("certificate", "not a member of a bundle before version 0.3");
      }
      return new Bundle.Certificates(List.of(certificate(certificate.get())), true);
    }
    if (version == Bundle.Version.V0_3 && !allowChain) {
      throw f.bad("x509CertificateChain", "a bundle of version 0.3 has a single certificate");
    }
    List<Octets> certificates = new ArrayList<>();
    for (Fields c : chain.orElseThrow().objects("certificates", MAX_CHAIN)) {
      certificates.add(certificate(c));
    }
    chain.get().done(Code.BAD_BUNDLE);
    if (certificates.isEmpty()) {
      throw f.bad("x509CertificateChain", "no certificate");
    }
    // sigstore-js put the root into bundles of version 0.1, and npm and GitHub still hand them out;
    // it is no more than a claim there.
    int last = certificates.size() - 1;
    int checked = version == Bundle.Version.V0_1 && last > 0 ? last : last + 1;
    for (int i = 0; i < checked; i++) {
      if (isRoot(certificates.get(i))) {
        throw f.bad("x509CertificateChain", "a root certificate, which a bundle must not bring");
      }
    }
    return new Bundle.Certificates(certificates, false);
  }

  // What cannot be read as a certificate is refused when it is used.
  private static boolean isRoot(Octets der) {
    try {
      Certificate certificate = Certificate.parse(der.bytes());
      return certificate.isCa() && certificate.selfSigned();
    } catch (AssayException e) {
      return false;
    }
  }

  private static Octets certificate(Fields f) {
    Octets der = some(f, "rawBytes");
    f.done(Code.BAD_BUNDLE);
    return der;
  }

  private static List<Octets> timestamps(Fields material) {
    List<Octets> out = new ArrayList<>();
    Optional<Fields> data = material.optionalObject("timestampVerificationData");
    if (data.isPresent()) {
      for (Fields t : data.get().objects("rfc3161Timestamps", Limits.BUNDLE_LOG_ENTRIES)) {
        out.add(some(t, "signedTimestamp"));
        t.done(Code.BAD_BUNDLE);
      }
      data.get().done(Code.BAD_BUNDLE);
    }
    return out;
  }

  static LogEntry entry(Fields f, Bundle.Version version) {
    long logIndex = index(f, "logIndex");
    Fields log = f.object("logId");
    Octets logId = some(log, "keyId");
    log.done(Code.BAD_BUNDLE);
    Fields kind = f.object("kindVersion");
    String kindName = kind.string("kind");
    String kindVersion = kind.string("version");
    kind.done(Code.BAD_BUNDLE);
    Optional<Instant> time = integratedTime(f);
    Optional<Octets> promise = Optional.empty();
    Optional<Fields> promised = f.optionalObject("inclusionPromise");
    if (promised.isPresent()) {
      promise = Optional.of(some(promised.get(), "signedEntryTimestamp"));
      promised.get().done(Code.BAD_BUNDLE);
    }
    Optional<LogEntry.Proof> proof = f.optionalObject("inclusionProof").map(p -> proof(p, version));
    if (version == Bundle.Version.V0_1 && promise.isEmpty()) {
      throw f.bad("inclusionPromise", "missing, and required in a bundle of version 0.1");
    }
    if (version != Bundle.Version.V0_1 && proof.isEmpty()) {
      throw f.bad("inclusionProof", "missing, and required in a bundle from version 0.2");
    }
    Octets body = some(f, "canonicalizedBody");
    f.done(Code.BAD_BUNDLE);
    return new LogEntry(logIndex, logId, kindName, kindVersion, time, promise, proof, body);
  }

  private static Optional<Instant> integratedTime(Fields f) {
    // proto3 does not tell zero from absent; Rekor v2 has no such time.
    long seconds = f.optionalInteger("integratedTime").orElse(0L);
    if (seconds < 0) {
      throw f.bad("integratedTime", "negative");
    }
    try {
      return seconds == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    } catch (DateTimeException e) {
      throw new AssayException(Code.BAD_BUNDLE, f.at("integratedTime") + ": out of range", e);
    }
  }

  private static LogEntry.Proof proof(Fields f, Bundle.Version version) {
    long logIndex = index(f, "logIndex");
    long treeSize = index(f, "treeSize");
    if (logIndex >= treeSize) {
      throw f.bad("logIndex", "not below the tree's size");
    }
    Octets root = hash(f, f.base64("rootHash"), "rootHash");
    List<Octets> hashes = new ArrayList<>();
    for (String text : f.strings("hashes", MAX_PROOF)) {
      hashes.add(hash(f, decode(f, "hashes", text), "hashes"));
    }
    Optional<String> checkpoint =
        f.optionalObject("checkpoint")
            .map(c -> {
              String note = c.string("envelope");
              c.done(Code.BAD_BUNDLE);
              return note;
            })
            .filter(note -> !note.isEmpty());
    if (checkpoint.isEmpty() && version != Bundle.Version.V0_1) {
      throw f.bad("checkpoint", "missing: nobody vouches for the root hash");
    }
    f.done(Code.BAD_BUNDLE);
    return new LogEntry.Proof(logIndex, root, treeSize, hashes, checkpoint);
  }

  private static byte[] decode(Fields f, String name, String text) {
    try {
      return dev.assay.bytes.Base64s.decode(text);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_BUNDLE, f.at(name) + ": " + e.getMessage(), e);
    }
  }

  private static Octets hash(Fields f, byte[] value, String name) {
    if (value.length != HASH_BYTES) {
      throw f.bad(name, "a hash of " + value.length + " bytes instead of " + HASH_BYTES);
    }
    return Octets.of(value);
  }

  // proto3 JSON leaves out a zero.
  private static long index(Fields f, String name) {
    long value = f.optionalInteger(name).orElse(0L);
    if (value < 0) {
      throw f.bad(name, "negative");
    }
    return value;
  }

  static Octets some(Fields f, String name) {
    byte[] value = f.base64(name);
    if (value.length == 0) {
      throw f.bad(name, "empty");
    }
    return Octets.wrap(value);
  }

  private static Bundle.Content content(Fields f) {
    Optional<Json> envelope = f.optional("dsseEnvelope");
    Optional<Fields> message = f.optionalObject("messageSignature");
    if (envelope.isPresent() == message.isPresent()) {
      throw f.bad("dsseEnvelope", "exactly one of dsseEnvelope and messageSignature is needed");
    }
    if (envelope.isPresent()) {
      Fields e = Fields.of(envelope.get(), f.at("dsseEnvelope"), Code.BAD_ENVELOPE);
      return new Bundle.Envelope(Dsse.read(e, true));
    }
    Fields m = message.orElseThrow();
    Optional<Digest> digest = m.optionalObject("messageDigest").flatMap(BundleReader::digest);
    Octets signature = some(m, "signature");
    m.done(Code.BAD_BUNDLE);
    return new Bundle.MessageSignature(digest, signature);
  }

  // cosign writes an empty one with an Ed25519 key.
  private static Optional<Digest> digest(Fields f) {
    if (f.names().isEmpty()) {
      return Optional.empty();
    }
    String name = f.string("algorithm");
    byte[] value = f.base64("digest");
    f.done(Code.BAD_BUNDLE);
    for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
      if (hashName(algorithm).equals(name)) {
        if (value.length * 2 != algorithm.hexLength()) {
          throw f.bad("digest", value.length + " bytes are not a digest of " + name);
        }
        return Optional.of(new Digest(algorithm, Hex.encode(value)));
      }
    }
    throw f.bad("algorithm", "not accepted: " + Text.quote(name));
  }

  /** The name in HashAlgorithm of sigstore_common.proto. */
  static String hashName(Digest.Algorithm algorithm) {
    return switch (algorithm) {
      case SHA256 -> "SHA2_256";
      case SHA384 -> "SHA2_384";
      case SHA512 -> "SHA2_512";
    };
  }
}
