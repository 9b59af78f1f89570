package dev.assay.verify;

import dev.assay.attest.LogEntry;
import dev.assay.attest.Octets;
import dev.assay.attest.RekorBody;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.SignatureScheme;
import dev.assay.log.Merkle;
import dev.assay.log.RekorKey;
import dev.assay.trust.LogId;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.Window;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A transparency log of seven entries with a key of ours, of version 1 or 2. */
final class ForgedLog {

  static final Instant TIME = Instant.parse("2026-03-01T12:00:00Z");
  static final Window WINDOW =
      new Window(Optional.of(TIME.minusSeconds(60)), Optional.of(TIME.plusSeconds(60)));
  static final long SHARD = 1_000;
  static final int INDEX = 4;
  static final int SIZE = 7;

  final PrivateKey key;
  final String host;

  ForgedLog(KeyAlgorithm algorithm, String host) {
    this.key = PrivateKey.generate(algorithm);
    this.host = host;
  }

  TrustRoot.Log trusted() {
    return trusted(WINDOW);
  }

  TrustRoot.Log trusted(Window window) {
    return new TrustRoot.Log(
        "https://" + host,
        key.publicKey(),
        SignatureScheme.usual(key.algorithm()),
        LogId.of(id()),
        window,
        Optional.empty());
  }

  byte[] id() {
    return key.publicKey().id().value();
  }

  static TrustRoot root(TrustRoot.Log... logs) {
    return new TrustRoot(
        Hashes.sha256Digest(new byte[0]), List.of(logs), List.of(), List.of(), List.of());
  }

  /** An entry of version 1 with a promise and a proof. */
  LogEntry v1(String kind, String version, byte[] body) {
    LogEntry bare =
        new LogEntry(
            SHARD + INDEX,
            Octets.of(id()),
            kind,
            version,
            Optional.of(TIME),
            Optional.empty(),
            Optional.of(proof(body, host + " - 1234", false)),
            Octets.of(body));
    return promise(bare);
  }

  LogEntry promise(LogEntry e) {
    String message =
        Json.object()
            .put("logIndex", e.logIndex())
            .put("logID", Hex.encode(e.logId().bytes()))
            .put("integratedTime", e.integratedTime().orElse(Instant.EPOCH).getEpochSecond())
            .put("body", e.canonicalizedBody().base64())
            .build()
            .compact();
    // The order of the members is the canonical one, whatever they were put in.
    byte[] canonical = Json.parse(Text.utf8(message), 1 << 20).canonical();
    return with(e, Optional.of(Octets.of(key.sign(canonical))), e.inclusionProof());
  }

  /** An entry of version 2 with a proof. */
  LogEntry v2(byte[] body) {
    return new LogEntry(
        INDEX,
        Octets.of(id()),
        "hashedrekord",
        "0.0.2",
        Optional.empty(),
        Optional.empty(),
        Optional.of(proof(body, host, true)),
        Octets.of(body));
  }

  LogEntry.Proof proof(byte[] body, String origin, boolean v2) {
    byte[][] leaves = new byte[SIZE][];
    for (int i = 0; i < SIZE; i++) {
      leaves[i] = Merkle.leafHash(i == INDEX ? body : Text.utf8("entry " + i));
    }
    byte[] left =
        Merkle.nodeHash(
            Merkle.nodeHash(leaves[0], leaves[1]), Merkle.nodeHash(leaves[2], leaves[3]));
    byte[] pair = Merkle.nodeHash(leaves[4], leaves[5]);
    byte[] root = Merkle.nodeHash(left, Merkle.nodeHash(pair, leaves[6]));
    String text = origin + "\n" + SIZE + "\n" + Base64s.encode(root) + "\n";
    return new LogEntry.Proof(
        INDEX,
        Octets.of(root),
        SIZE,
        List.of(Octets.of(leaves[5]), Octets.of(leaves[6]), Octets.of(left)),
        Optional.of(text + "\n" + line(text, v2)));
  }

  /** A signature line under a text. */
  String line(String text, boolean v2) {
    SignatureScheme scheme = SignatureScheme.usual(key.algorithm());
    RekorKey name =
        v2
            ? RekorKey.v2(host, key.publicKey(), scheme)
            : RekorKey.v1(host, key.publicKey(), scheme);
    return line(host, name.id(), key.sign(Text.utf8(text)));
  }

  static String line(String name, int id, byte[] signature) {
    byte[] all = ByteBuffer.allocate(4 + signature.length).putInt(id).put(signature).array();
    return "\u2014 " + name + " " + Base64s.encode(all) + "\n";
  }

  static LogEntry with(LogEntry e, Optional<Octets> promise, Optional<LogEntry.Proof> proof) {
    return new LogEntry(
        e.logIndex(),
        e.logId(),
        e.kind(),
        e.version(),
        e.integratedTime(),
        promise,
        proof,
        e.canonicalizedBody());
  }

  static LogEntry with(LogEntry e, String checkpoint) {
    LogEntry.Proof p = e.inclusionProof().orElseThrow();
    return with(
        e,
        e.inclusionPromise(),
        Optional.of(
            new LogEntry.Proof(
                p.logIndex(), p.rootHash(), p.treeSize(), p.hashes(), Optional.of(checkpoint))));
  }

  static byte[] hashedRekordV1(Digest digest, Octets signature, String pem) {
    return Json.object()
        .put("apiVersion", "0.0.1")
        .put("kind", "hashedrekord")
        .put(
            "spec",
            Json.object()
                .put(
                    "data",
                    Json.object()
                        .put(
                            "hash",
                            Json.object()
                                .put("algorithm", digest.algorithm().id())
                                .put("value", digest.hex())))
                .put(
                    "signature",
                    Json.object()
                        .put("content", signature.base64())
                        .put(
                            "publicKey",
                            Json.object().put("content", Base64s.encode(Text.utf8(pem))))))
        .build()
        .canonical();
  }

  static byte[] dsseV1(Digest payload, Octets signature, String pem) {
    Json.Obj hash = hash(payload);
    Json.Obj one =
        Json.object()
            .put("signature", signature.base64())
            .put("verifier", Base64s.encode(Text.utf8(pem)))
            .build();
    return Json.object()
        .put("apiVersion", "0.0.1")
        .put("kind", "dsse")
        .put(
            "spec",
            Json.object()
                .put("envelopeHash", hash(Forge.digest("as it was spelled")))
                .put("payloadHash", hash)
                .put("signatures", List.of(one)))
        .build()
        .canonical();
  }

  static byte[] intotoV2(String payloadType, Digest payload, Octets signature, String pem) {
    Json.Obj one =
        Json.object()
            .put("publicKey", Base64s.encode(Text.utf8(pem)))
            .put("sig", Base64s.encode(Text.utf8(signature.base64())))
            .build();
    return Json.object()
        .put("apiVersion", "0.0.2")
        .put("kind", "intoto")
        .put(
            "spec",
            Json.object()
                .put(
                    "content",
                    Json.object()
                        .put(
                            "envelope",
                            Json.object()
                                .put("payloadType", payloadType)
                                .put("signatures", List.of(one)))
                        .put("hash", hash(Forge.digest("as it was spelled")))
                        .put("payloadHash", hash(payload))))
        .build()
        .canonical();
  }

  static byte[] intotoV1(Digest envelope, Digest payload, String pem) {
    return Json.object()
        .put("apiVersion", "0.0.1")
        .put("kind", "intoto")
        .put(
            "spec",
            Json.object()
                .put(
                    "content",
                    Json.object().put("hash", hash(envelope)).put("payloadHash", hash(payload)))
                .put("publicKey", Base64s.encode(Text.utf8(pem))))
        .build()
        .canonical();
  }

  static byte[] hashedRekordV2(SignedMaterial signed, String keyDetails, Digest digest) {
    return RekorBody.hashedRekordV2(
        digest, signed.signature(), signed.signer().logged(), keyDetails);
  }

  private static Json.Obj hash(Digest digest) {
    return Json.object()
        .put("algorithm", digest.algorithm().id())
        .put("value", digest.hex())
        .build();
  }
}
