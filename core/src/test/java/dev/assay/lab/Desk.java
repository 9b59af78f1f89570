package dev.assay.lab;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.crypto.PublicKey;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.tsp.TimeStampReq;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * What the services of an instance answer to one who signs: requests and answers as their
 * interfaces have them, without the network between. What they do wrong is set beforehand.
 */
public final class Desk {

  private final Lab lab;
  private final List<Consumer<EntrySpec>> entryChanges = new ArrayList<>();
  private final List<Consumer<TimestampSpec>> stampChanges = new ArrayList<>();
  private Optional<LabKey> certifiedKey = Optional.empty();
  private Optional<String> certifiedName = Optional.empty();
  private Optional<String> certifiedIssuer = Optional.empty();
  private CertificateAuthority authority;
  private Instant now;
  private boolean embedded = true;

  public Desk(Lab lab) {
    this.lab = lab;
    this.authority = lab.ca();
    this.now = lab.now();
  }

  /** When it answers. */
  public synchronized Desk at(Instant time) {
    now = time;
    return this;
  }

  /** Certifies another key than the one that is sent. */
  public Desk certifying(LabKey key) {
    certifiedKey = Optional.of(key);
    return this;
  }

  /** Certifies for another name than the token's. */
  public Desk naming(String email) {
    certifiedName = Optional.of(email);
    return this;
  }

  /** Writes down another issuer than the token's. */
  public Desk vouchedBy(String issuer) {
    certifiedIssuer = Optional.of(issuer);
    return this;
  }

  /** Lets another authority issue. */
  public Desk issuedBy(CertificateAuthority other) {
    authority = other;
    return this;
  }

  /** Issues without a certificate transparency log, and answers in the form for that. */
  public Desk withoutCtLog() {
    embedded = false;
    return this;
  }

  /** Changes every log entry. */
  public Desk entry(Consumer<EntrySpec> change) {
    entryChanges.add(change);
    return this;
  }

  /** Changes every timestamp. */
  public Desk stamp(Consumer<TimestampSpec> change) {
    stampChanges.add(change);
    return this;
  }

  /**
   * Fulcio's {@code POST /api/v2/signingCert}.
   *
   * @throws IllegalArgumentException if the one who asks does not prove to have the key
   */
  public synchronized byte[] certificate(byte[] request, String authorization) {
    if (!authorization.startsWith("Bearer ")) {
      throw new IllegalArgumentException("no token");
    }
    String[] parts = authorization.substring("Bearer ".length()).split("\\.");
    Fields claims = fields(Base64.getUrlDecoder().decode(parts[1]));
    String name = claims.optionalString("email").orElseGet(() -> claims.string("sub"));
    Fields asked = fields(request).object("publicKeyRequest");
    String pem = asked.object("publicKey").string("content");
    PublicKey key = PublicKey.fromPem(pem.getBytes(StandardCharsets.US_ASCII));
    if (!key.verify(name.getBytes(StandardCharsets.UTF_8), asked.base64("proofOfPossession"))) {
      throw new IllegalArgumentException("the key is not proven to be there");
    }
    LeafDraft draft = new LeafDraft(lab);
    draft.authority = authority;
    draft.onlyIssuer(certifiedIssuer.orElseGet(() -> claims.string("iss")));
    String certified = certifiedName.orElse(name);
    draft.name =
        certified.contains("@")
            ? new GeneralName(GeneralName.rfc822Name, certified)
            : new GeneralName(GeneralName.uniformResourceIdentifier, certified);
    if (!embedded) {
      draft.logs = List.of();
    }
    LabCertificate leaf = draft.issue(certifiedKey.orElseGet(() -> LabKey.open(key.spki())), now);
    List<Json> chain = new ArrayList<>();
    chain.add(Json.of(leaf.pem()));
    authority.chain().forEach(c -> chain.add(Json.of(c.pem())));
    return bytes(
        Json.object()
            .put(
                embedded ? "signedCertificateEmbeddedSct" : "signedCertificateDetachedSct",
                Json.object().put("chain", Json.object().put("certificates", chain)))
            .build());
  }

  /** Rekor v1's {@code POST /api/v1/log/entries}. */
  public synchronized byte[] entryV1(byte[] request) {
    Fields f = fields(request);
    String kind = f.string("kind");
    Json.Obj entry =
        entered(lab.rekorV1(), kind, "0.0.1", kind.equals("dsse") ? dsse(f) : object(request));
    Fields e = Fields.of(entry, "entry");
    Fields proof = e.object("inclusionProof");
    List<Json> hashes = new ArrayList<>();
    proof.strings("hashes", 64).forEach(h -> hashes.add(Json.of(hex(Base64s.decode(h)))));
    Json.Builder answer =
        Json.object()
            .put("body", e.string("canonicalizedBody"))
            .put("integratedTime", e.integer("integratedTime"))
            .put("logID", hex(e.object("logId").base64("keyId")))
            .put("logIndex", e.integer("logIndex"))
            .put(
                "verification",
                Json.object()
                    .put(
                        "inclusionProof",
                        Json.object()
                            .put("checkpoint", proof.object("checkpoint").string("envelope"))
                            .put("hashes", hashes)
                            .put("logIndex", proof.integer("logIndex"))
                            .put("rootHash", hex(proof.base64("rootHash")))
                            .put("treeSize", proof.integer("treeSize")))
                    .put(
                        "signedEntryTimestamp",
                        e.object("inclusionPromise").string("signedEntryTimestamp")));
    return bytes(Json.object().put("24296fb24b8ad77a", answer).build());
  }

  private static Json.Obj dsse(Fields f) {
    Fields proposed = f.object("spec").object("proposedContent");
    String envelope = proposed.string("envelope");
    Fields e = fields(envelope.getBytes(StandardCharsets.UTF_8));
    byte[] signature = e.objects("signatures", 1).getFirst().base64("sig");
    return Json.object()
        .put("apiVersion", "0.0.1")
        .put("kind", "dsse")
        .put(
            "spec",
            Json.object()
                .put("envelopeHash", sha256(envelope.getBytes(StandardCharsets.UTF_8)))
                .put("payloadHash", sha256(e.base64("payload")))
                .put(
                    "signatures",
                    List.of(
                        Json.object()
                            .put("signature", Der.base64(signature))
                            .put("verifier", proposed.strings("verifiers", 1).getFirst())
                            .build())))
        .build();
  }

  private static Json.Builder sha256(byte[] content) {
    return Json.object().put("algorithm", "sha256").put("value", hex(Der.sha256(content)));
  }

  /** Rekor v2's {@code POST /api/v2/log/entries}. */
  public synchronized byte[] entryV2(byte[] request) {
    Fields f = fields(request).object("hashedRekordRequestV002");
    Fields signature = f.object("signature");
    Json.Obj body =
        Json.object()
            .put("apiVersion", "0.0.2")
            .put("kind", "hashedrekord")
            .put(
                "spec",
                Json.object()
                    .put(
                        "hashedRekordV002",
                        Json.object()
                            .put(
                                "data",
                                Json.object()
                                    .put(
                                        "algorithm",
                                        EntryBodies.protoAlgorithm(f.base64("digest").length))
                                    .put("digest", f.string("digest")))
                            .put(
                                "signature",
                                Json.object()
                                    .put("content", signature.string("content"))
                                    .put("verifier", signature.required("verifier")))))
            .build();
    return bytes(entered(lab.rekorV2(), "hashedrekord", "0.0.2", body));
  }

  private Json.Obj entered(RekorLog log, String kind, String version, Json.Obj body) {
    EntrySpec spec = new EntrySpec(log, now.plusSeconds(1));
    entryChanges.forEach(change -> change.accept(spec));
    return spec.enter(kind, version, body, lab.random());
  }

  /** An RFC 3161 request over HTTP. */
  public synchronized byte[] timestamp(byte[] request) {
    TimeStampReq query = TimeStampReq.getInstance(ASN1Sequence.getInstance(request));
    TimestampSpec spec =
        new TimestampSpec(lab.tsa(), now.plusSeconds(1), lab.random())
            .imprint(query.getMessageImprint().getHashedMessage());
    Optional.ofNullable(query.getNonce())
        .map(ASN1Integer::getPositiveValue)
        .ifPresent((BigInteger nonce) -> spec.nonce(nonce));
    stampChanges.forEach(change -> change.accept(spec));
    return spec.make(new byte[0]);
  }

  private static Json.Obj object(byte[] document) {
    if (Json.parse(document, 1 << 20) instanceof Json.Obj object) {
      return object;
    }
    throw new IllegalArgumentException("no object");
  }

  private static Fields fields(byte[] document) {
    return Fields.of(object(document), "request");
  }

  private static byte[] bytes(Json.Obj json) {
    return Der.utf8(json.compact());
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
