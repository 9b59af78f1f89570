package dev.assay.signing.keyless;

import dev.assay.attest.LogEntry;
import dev.assay.attest.Octets;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.Http;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A transparency log, of version 1 (which promises to include an entry, and says when) or of
 * version 2 (which answers once the entry is in). What it answers is checked before it is used.
 */
public final class Rekor {

  private static final int MOST_HASHES = 64;

  private final URI base;
  private final int version;
  private final Services services;

  Rekor(URI base, int version, Services services) {
    this.base = base;
    this.version = version;
    this.services = services;
  }

  URI base() {
    return base;
  }

  /** Whether an entry comes with a time. */
  boolean saysWhen() {
    return version == 1;
  }

  private String who() {
    return "the transparency log " + Text.quote(base.toString());
  }

  /** Enters a signature. */
  LogEntry enter(MadeSignature made) {
    LogEntry entry = version == 1 ? enterV1(made) : enterV2(made);
    EntryCheck.check(entry, made, version, who());
    return entry;
  }

  private LogEntry enterV2(MadeSignature made) {
    Digest digest = made.loggedDigest();
    String signer = made.signer().certificate() ? "x509Certificate" : "publicKey";
    Json.Obj request =
        Json.object()
            .put(
                "hashedRekordRequestV002",
                Json.object()
                    .put("digest", Base64s.encode(digest.value()))
                    .put(
                        "signature",
                        Json.object()
                            .put("content", made.signature().base64())
                            .put(
                                "verifier",
                                Json.object()
                                    .put(
                                        signer,
                                        Json.object().put("rawBytes", made.signer().der().base64()))
                                    .put("keyDetails", made.keyDetails()))))
            .build();
    return LogEntry.parse(services.ask(post("/api/v2/log/entries", request), who(), ""));
  }

  private Request post(String path, Json.Obj body) {
    // Entering the same twice does no harm.
    return Request.post(Endpoint.below(base, path), Text.utf8(body.compact()))
        .with("Content-Type", "application/json")
        .with("Accept", "application/json")
        .repeating();
  }

  private LogEntry enterV1(MadeSignature made) {
    Request request = post("/api/v1/log/entries", proposal(made));
    try (Reply reply = services.send(request)) {
      if (reply.status() != 409) {
        return readV1(services.body(reply, request, who(), ""));
      }
      // It is there already: a key that signs the same twice makes the same signature.
      URI there = Http.resolve(request.uri(), reply.header("location").orElse(""));
      if (!Http.sameOrigin(there, request.uri())) {
        throw new AssayException(
            Code.BAD_RESPONSE, who() + " sends to another host, " + Text.quote(Http.shown(there)));
      }
      return readV1(services.ask(Request.get(there), who(), ""));
    }
  }

  private static Json.Obj proposal(MadeSignature made) {
    String pem = Base64s.encode(Text.utf8(made.pem()));
    if (made.envelope().isPresent()) {
      return Json.object()
          .put("apiVersion", "0.0.1")
          .put("kind", "dsse")
          .put(
              "spec",
              Json.object()
                  .put(
                      "proposedContent",
                      Json.object()
                          .put("envelope", Text.utf8(made.envelope().get().write()))
                          .put("verifiers", Json.strings(List.of(pem)))))
          .build();
    }
    Digest digest = made.loggedDigest();
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
                        .put("content", made.signature().base64())
                        .put("publicKey", Json.object().put("content", pem))))
        .build();
  }

  // One entry, under its UUID (sigstore/rekor openapi.yaml, LogEntry).
  private LogEntry readV1(byte[] answer) {
    try {
      Json json = Json.parse(answer, Limits.SIGNING_ANSWER_BYTES);
      Fields all = Fields.of(json, "log entries", Code.BAD_LOG_ENTRY);
      if (all.names().size() != 1) {
        throw new AssayException(Code.BAD_LOG_ENTRY, all.names().size() + " log entries, not one");
      }
      return readV1(all.object(all.names().iterator().next()));
    } catch (AssayException e) {
      throw e.code() == Code.BAD_LOG_ENTRY
          ? e
          : new AssayException(Code.BAD_LOG_ENTRY, who() + ": " + e.getMessage(), e);
    }
  }

  private static LogEntry readV1(Fields f) {
    byte[] body = f.base64("body");
    Fields verification = f.object("verification");
    Fields proof = verification.object("inclusionProof");
    List<Octets> hashes = new ArrayList<>();
    for (String hash : proof.strings("hashes", MOST_HASHES)) {
      hashes.add(Octets.of(hash(hash)));
    }
    Instant time;
    try {
      time = Instant.ofEpochSecond(f.integer("integratedTime"));
    } catch (DateTimeException e) {
      throw new AssayException(Code.BAD_LOG_ENTRY, "log entry: a time out of range", e);
    }
    Fields kind =
        Fields.of(Json.parse(body, Limits.LOG_ENTRY_BYTES), "log entry", Code.BAD_LOG_ENTRY);
    long index = proof.integer("logIndex");
    long size = proof.integer("treeSize");
    long global = f.integer("logIndex");
    if (index < 0 || index >= size || global < 0) {
      throw new AssayException(Code.BAD_LOG_ENTRY, "log entry: an index outside the log");
    }
    return new LogEntry(
        global,
        Octets.of(hash(f.string("logID"))),
        kind.string("kind"),
        kind.string("apiVersion"),
        Optional.of(time),
        Optional.of(Octets.of(verification.base64("signedEntryTimestamp"))),
        Optional.of(
            new LogEntry.Proof(
                index,
                Octets.of(hash(proof.string("rootHash"))),
                size,
                hashes,
                Optional.of(proof.string("checkpoint")))),
        Octets.of(body));
  }

  private static byte[] hash(String hex) {
    byte[] hash = Hex.decode(hex);
    if (hash.length != 32) {
      throw new AssayException(Code.BAD_LOG_ENTRY, "log entry: a hash that is not SHA-256");
    }
    return hash;
  }
}
