package dev.assay.lab;

import dev.assay.bytes.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * A bundle in the making. Without changes: an artifact of random bytes, signed by a fresh P-256 key
 * with a certificate of the lab's authority, logged in Rekor v1, as a bundle v0.3.
 */
public final class BundleDraft {

  /** The versions of the format, and both spellings of 0.3. */
  public enum Version {
    V0_1("application/vnd.dev.sigstore.bundle+json;version=0.1"),
    V0_2("application/vnd.dev.sigstore.bundle+json;version=0.2"),
    V0_3_OLD("application/vnd.dev.sigstore.bundle+json;version=0.3"),
    V0_3("application/vnd.dev.sigstore.bundle.v0.3+json");

    private final String mediaType;

    Version(String mediaType) {
      this.mediaType = mediaType;
    }

    /** How bundles name it. */
    public String mediaType() {
      return mediaType;
    }
  }

  private static final String IN_TOTO = "application/vnd.in-toto+json";

  private final Lab lab;
  private final LeafDraft leaf;
  private final List<EntrySpec> entries = new ArrayList<>();
  private final List<TimestampSpec> timestamps = new ArrayList<>();
  private Version version = Version.V0_3;
  private Instant signedAt;
  private Optional<LabKey> managed = Optional.empty();
  private Optional<LabKey> key = Optional.empty();
  private Optional<LabKey> signer = Optional.empty();
  private Optional<byte[]> artifact = Optional.empty();
  private Optional<byte[]> signed = Optional.empty();
  private Optional<byte[]> digest = Optional.empty();
  private Optional<byte[]> signature = Optional.empty();
  private Optional<byte[]> payload = Optional.empty();
  private Optional<String> keyId = Optional.empty();
  private String payloadType = IN_TOTO;
  private Optional<String> hint = Optional.empty();
  private Optional<List<LabCertificate>> chain = Optional.empty();
  private UnaryOperator<Json.Obj> edit = b -> b;

  BundleDraft(Lab lab) {
    this.lab = lab;
    signedAt = lab.now();
    leaf = new LeafDraft(lab);
    entries.add(new EntrySpec(lab.rekorV1(), signedAt.plusSeconds(2)));
  }

  // What is signed.

  /** Signs these bytes, as a message signature. */
  public BundleDraft artifact(byte[] bytes) {
    artifact = Optional.of(bytes);
    return this;
  }

  /** Attests the artifact with SLSA provenance in a DSSE envelope. */
  public BundleDraft provenance(byte[] about) {
    return statement(about, Lab.statement(about, "artifact"));
  }

  /** Attests with a statement in a DSSE envelope. */
  public BundleDraft statement(byte[] about, Json.Obj statement) {
    return envelope(about, IN_TOTO, Der.utf8(statement.compact()));
  }

  /** Signs any payload in a DSSE envelope. */
  public BundleDraft envelope(byte[] about, String type, byte[] content) {
    artifact = Optional.of(about);
    payloadType = type;
    payload = Optional.of(content);
    return this;
  }

  /** Gives the envelope's signature a keyid. */
  public BundleDraft keyId(String value) {
    keyId = Optional.of(value);
    return this;
  }

  // Who signs.

  /** Signs with a managed key instead of a certificate's. */
  public BundleDraft managed(LabKey theKey) {
    managed = Optional.of(theKey);
    return this;
  }

  /** The hint of a managed key, if not the usual one. */
  public BundleDraft hint(String value) {
    hint = Optional.of(value);
    return this;
  }

  /** The key that the certificate is about. */
  public BundleDraft leafKey(LabKey theKey) {
    key = Optional.of(theKey);
    return this;
  }

  /** Signs with this key, whatever certificate or hint says. */
  public BundleDraft signedBy(LabKey other) {
    signer = Optional.of(other);
    return this;
  }

  /** Signs other bytes than those that the bundle presents. */
  public BundleDraft signing(byte[] other) {
    signed = Optional.of(other);
    return this;
  }

  /** Uses this signature as it is. */
  public BundleDraft signature(byte[] value) {
    signature = Optional.of(value);
    return this;
  }

  /** Presents another message digest; the log entry has it too. */
  public BundleDraft digest(byte[] value) {
    digest = Optional.of(value);
    return this;
  }

  /** When: moves the certificate, not yet the entries and timestamps that were added before. */
  public BundleDraft signedAt(Instant at) {
    Duration shift = Duration.between(signedAt, at);
    signedAt = at;
    if (!shift.isZero()) {
      entries.forEach(e -> e.time(at.plusSeconds(2)));
      timestamps.forEach(t -> t.time(at.plusSeconds(2)));
    }
    return this;
  }

  // The certificate.

  /** The URI that the certificate names. */
  public BundleDraft identity(String uri) {
    return name(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
  }

  /** The mail address that the certificate names. */
  public BundleDraft email(String address) {
    return name(new GeneralName(GeneralName.rfc822Name, address));
  }

  /** The host that the certificate names. */
  public BundleDraft dns(String host) {
    return name(new GeneralName(GeneralName.dNSName, host));
  }

  /** The user name that the certificate names in Fulcio's OtherName. */
  public BundleDraft otherName(String value) {
    return name(LeafDraft.otherName(value));
  }

  private BundleDraft name(GeneralName name) {
    leaf.name = name;
    return this;
  }

  /** The OIDC issuer, in both of Fulcio's extensions. */
  public BundleDraft issuer(String url) {
    return claim(1, url).claim(8, url);
  }

  /** The value of Fulcio's extension 1.3.6.1.4.1.57264.1.NUMBER. */
  public BundleDraft claim(int number, String value) {
    leaf.claim(number, value);
    return this;
  }

  /** Leaves one of Fulcio's extensions out. */
  public BundleDraft withoutClaim(int number) {
    leaf.withoutClaim(number);
    return this;
  }

  /** Only the issuer of all of Fulcio's extensions, as for a person. */
  public BundleDraft person(String address, String issuerUrl) {
    leaf.onlyIssuer(issuerUrl);
    return email(address);
  }

  /** Another issuer of the certificate. */
  public BundleDraft issuedBy(CertificateAuthority authority) {
    leaf.authority = authority;
    return this;
  }

  /** The validity of the certificate, both ends inclusive. */
  public BundleDraft leafValidity(Instant from, Instant to) {
    leaf.from = Optional.of(from);
    leaf.to = Optional.of(to);
    return this;
  }

  /** Changes the certificate before the CT log sees it. */
  public BundleDraft leaf(Consumer<CertificateSpec> change) {
    leaf.changes.add(change);
    return this;
  }

  /** Changes the certificate after the CT log saw it. */
  public BundleDraft leafAfterSct(Consumer<CertificateSpec> change) {
    leaf.laterChanges.add(change);
    return this;
  }

  /** Presents other certificates: more than one only before v0.3. */
  public BundleDraft chain(List<LabCertificate> certificates) {
    chain = Optional.of(certificates);
    return this;
  }

  /** Leaves the SCTs out. */
  public BundleDraft withoutSct() {
    return sctBy();
  }

  /** SCTs of these logs. */
  public BundleDraft sctBy(CtLog... logs) {
    leaf.logs = List.of(logs);
    return this;
  }

  /** The time of the SCTs. */
  public BundleDraft sctTime(Instant at) {
    leaf.sctTime = Optional.of(at);
    return this;
  }

  /** The extensions of the SCTs. */
  public BundleDraft sctExtensions(byte[] extensions) {
    leaf.sctExtensions = extensions;
    return this;
  }

  /** SCTs for a precertificate of another issuer, by its SubjectPublicKeyInfo. */
  public BundleDraft sctIssuer(byte[] spki) {
    leaf.sctIssuer = Optional.of(spki);
    return this;
  }

  /** Every SCT so many times. */
  public BundleDraft sctCopies(int copies) {
    leaf.sctCopies = copies;
    return this;
  }

  // The logs.

  /** No entries. */
  public BundleDraft withoutLog() {
    entries.clear();
    return this;
  }

  /** Logged in Rekor v1 only. */
  public BundleDraft rekorV1() {
    return withoutLog().alsoIn(lab.rekorV1());
  }

  /** Logged in Rekor v2 only and stamped, since such an entry has no time. */
  public BundleDraft rekorV2() {
    withoutLog().alsoIn(lab.rekorV2());
    return timestamps.isEmpty() ? timestamp() : this;
  }

  /** Logged in one more log, or in one log once more. */
  public BundleDraft alsoIn(RekorLog log) {
    entries.add(new EntrySpec(log, signedAt.plusSeconds(2)));
    return this;
  }

  /** Changes the entry added last. */
  public BundleDraft entry(Consumer<EntrySpec> change) {
    change.accept(entries.getLast());
    return this;
  }

  // Timestamps.

  /** No timestamps. */
  public BundleDraft withoutTimestamps() {
    timestamps.clear();
    return this;
  }

  /** Stamped by the lab's authority. */
  public BundleDraft timestamp() {
    return timestampBy(lab.tsa());
  }

  /** Stamped by an authority. */
  public BundleDraft timestampBy(TimestampAuthority authority) {
    timestamps.add(new TimestampSpec(authority, signedAt.plusSeconds(2), lab.random()));
    return this;
  }

  /** Changes the timestamp added last. */
  public BundleDraft timestamp(Consumer<TimestampSpec> change) {
    change.accept(timestamps.getLast());
    return this;
  }

  // The document.

  /** The version of the format. */
  public BundleDraft version(Version value) {
    version = value;
    return this;
  }

  /** Changes the finished document. */
  public BundleDraft edit(UnaryOperator<Json.Obj> change) {
    UnaryOperator<Json.Obj> before = edit;
    edit = b -> change.apply(before.apply(b));
    return this;
  }

  /** Makes it. Making a draft twice gives two bundles. */
  public LabBundle make() {
    byte[] content = artifact.orElseGet(() -> lab.bytes(64));
    LabKey bundleKey = managed.or(() -> key).orElseGet(() -> lab.key(LabKey.Kind.P256));
    Optional<LabCertificate> certificate =
        managed.isPresent() ? Optional.empty() : Optional.of(leaf.issue(bundleKey, signedAt));
    byte[] presented = payload.map(p -> pae(payloadType, p)).orElse(content);
    byte[] value =
        signature.orElseGet(() -> signer.orElse(bundleKey).sign(signed.orElse(presented)));
    byte[] hash = digest.orElseGet(() -> Der.digest(bundleKey.hash(), presented));
    Json.Obj envelope =
        payload.map(p -> envelope(p, value)).orElse(new Json.Obj(java.util.Map.of()));

    Json.Builder material = Json.object();
    if (chain.isPresent() || certificate.isPresent()) {
      List<LabCertificate> shown = chain.orElseGet(() -> List.of(certificate.orElseThrow()));
      certificates(material, shown);
    } else {
      material.put("publicKey", Json.object().put("hint", hint.orElseGet(bundleKey::hint)));
    }
    List<Json> logged = new ArrayList<>();
    for (EntrySpec entry : entries) {
      logged.add(
          enter(
              entry,
              new EntryBodies.Material(
                  bundleKey.kind(),
                  certificate.map(LabCertificate::der).orElse(new byte[0]),
                  bundleKey.spki(),
                  hash,
                  value,
                  payloadType,
                  payload.orElse(new byte[0]),
                  envelope.compact())));
    }
    if (!logged.isEmpty()) {
      material.put("tlogEntries", logged);
    }
    if (!timestamps.isEmpty()) {
      List<Json> stamps = new ArrayList<>();
      for (TimestampSpec spec : timestamps) {
        stamps.add(Json.object().put("signedTimestamp", Der.base64(spec.make(value))).build());
      }
      material.put("timestampVerificationData", Json.object().put("rfc3161Timestamps", stamps));
    }
    Json.Builder bundle =
        Json.object().put("mediaType", version.mediaType()).put("verificationMaterial", material);
    if (payload.isPresent()) {
      bundle.put("dsseEnvelope", envelope);
    } else {
      bundle.put(
          "messageSignature",
          Json.object()
              .put(
                  "messageDigest",
                  Json.object()
                      .put("algorithm", EntryBodies.protoAlgorithm(hash.length))
                      .put("digest", Der.base64(hash)))
              .put("signature", Der.base64(value)));
    }
    return new LabBundle(edit.apply(bundle.build()), content, bundleKey, certificate, value);
  }

  private void certificates(Json.Builder material, List<LabCertificate> shown) {
    List<Json> list = new ArrayList<>();
    for (LabCertificate one : shown) {
      list.add(Json.object().put("rawBytes", Der.base64(one.der())).build());
    }
    if (list.size() == 1 && (version == Version.V0_3 || version == Version.V0_3_OLD)) {
      material.put("certificate", list.getFirst());
    } else {
      material.put("x509CertificateChain", Json.object().put("certificates", list));
    }
  }

  private Json enter(EntrySpec entry, EntryBodies.Material material) {
    boolean v2 = entry.log().generation() == RekorLog.Generation.V2;
    String kind =
        !entry.kind().isEmpty()
            ? entry.kind()
            : payload.isPresent() && !v2 ? "dsse" : "hashedrekord";
    return switch (kind) {
      case "dsse" -> entry.enter(kind, "0.0.1", EntryBodies.dsse(material), lab.random());
      case "intoto" -> entry.enter(kind, "0.0.2", EntryBodies.intoto(material), lab.random());
      default ->
          v2
              ? entry.enter(kind, "0.0.2", EntryBodies.hashedRekord2(material), lab.random())
              : entry.enter(kind, "0.0.1", EntryBodies.hashedRekord1(material), lab.random());
    };
  }

  private Json.Obj envelope(byte[] content, byte[] value) {
    return Json.object()
        .put("payload", Der.base64(content))
        .put("payloadType", payloadType)
        .put(
            "signatures",
            List.of(Json.object().put("sig", Der.base64(value)).putIf("keyid", keyId).build()))
        .build();
  }

  /** DSSE's pre-authentication encoding. */
  static byte[] pae(String type, byte[] content) {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    byte[] typeBytes = Der.utf8(type);
    out.writeBytes(Der.utf8("DSSEv1 " + typeBytes.length + " "));
    out.writeBytes(typeBytes);
    out.writeBytes(Der.utf8(" " + content.length + " "));
    out.writeBytes(content);
    return out.toByteArray();
  }
}
