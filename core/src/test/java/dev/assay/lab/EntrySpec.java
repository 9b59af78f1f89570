package dev.assay.lab;

import dev.assay.bytes.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** How a log writes an entry. Without changes, as Rekor does. */
public final class EntrySpec {

  private final RekorLog log;
  private final List<Witness> witnesses = new ArrayList<>();
  private String kind = "";
  private Instant time;
  private LabKey promiseKey;
  private LabKey checkpointKey;
  private String checkpointName;
  private boolean promise;
  private boolean proof = true;
  private boolean integratedTime;
  private boolean timestampLine;
  private long later;
  private UnaryOperator<Json.Obj> body = b -> b;
  private UnaryOperator<Json.Obj> promised = p -> p;
  private UnaryOperator<Json.Obj> result = r -> r;
  private UnaryOperator<String> text = t -> t;
  private BinaryOperator<String> lines = (t, l) -> l;

  EntrySpec(RekorLog log, Instant time) {
    this.log = log;
    this.time = time;
    promiseKey = log.key();
    checkpointKey = log.key();
    checkpointName = log.host();
    promise = log.generation() == RekorLog.Generation.V1;
    integratedTime = promise;
    timestampLine = promise;
  }

  /** {@code hashedrekord}, {@code dsse} or {@code intoto}; without it, what suits the content. */
  public EntrySpec kind(String name) {
    kind = name;
    return this;
  }

  /** The integrated time, covered by the promise. */
  public EntrySpec time(Instant at) {
    time = at;
    return this;
  }

  /** Leaves out the signed entry timestamp. */
  public EntrySpec withoutPromise() {
    promise = false;
    return this;
  }

  /** Leaves out proof and checkpoint. */
  public EntrySpec withoutProof() {
    proof = false;
    return this;
  }

  /** Leaves out the integrated time. */
  public EntrySpec withoutTime() {
    integratedTime = false;
    return this;
  }

  /** Signs the promise with another key. */
  public EntrySpec promiseBy(LabKey key) {
    promiseKey = key;
    return this;
  }

  /** Signs the checkpoint with another key, under the log's name. */
  public EntrySpec checkpointBy(LabKey key) {
    checkpointKey = key;
    return this;
  }

  /** Names the signer of the checkpoint otherwise. */
  public EntrySpec checkpointName(String name) {
    checkpointName = name;
    return this;
  }

  /** Adds a cosignature. */
  public EntrySpec cosignedBy(Witness witness) {
    witnesses.add(witness);
    return this;
  }

  /** Leaves out the line with the time that a v1 checkpoint has below its root. */
  public EntrySpec withoutTimestampLine() {
    timestampLine = false;
    return this;
  }

  /** Proves the entry in a tree that has grown by so many entries since. */
  public EntrySpec grownBy(long entries) {
    later = entries;
    return this;
  }

  /** Changes the body before the log sees it: everything else fits the changed one. */
  public EntrySpec body(UnaryOperator<Json.Obj> change) {
    body = change;
    return this;
  }

  /** Changes what the promise signs, and only that. */
  public EntrySpec promised(UnaryOperator<Json.Obj> change) {
    promised = change;
    return this;
  }

  /** Changes the text of the checkpoint before it is signed. */
  public EntrySpec checkpointText(UnaryOperator<String> change) {
    text = change;
    return this;
  }

  /** Changes the signature lines, given the text and the lines. */
  public EntrySpec checkpointLines(BinaryOperator<String> change) {
    lines = change;
    return this;
  }

  /** Changes the finished entry. */
  public EntrySpec result(UnaryOperator<Json.Obj> change) {
    result = change;
    return this;
  }

  RekorLog log() {
    return log;
  }

  String kind() {
    return kind;
  }

  /** Logs a body and gives the entry as bundles carry it. */
  Json.Obj enter(String kind, String version, Json.Obj plainBody, SeededRandom random) {
    byte[] canonical = body.apply(plainBody).canonical();
    long index = log.append(canonical);
    for (long i = 0; i < later; i++) {
      log.append(random.bytes(32));
    }
    Json.Builder entry =
        Json.object()
            .put("logIndex", Long.toString(log.globalIndex(index)))
            .put("logId", Json.object().put("keyId", Der.base64(log.id())))
            .put("kindVersion", Json.object().put("kind", kind).put("version", version));
    if (integratedTime) {
      entry.put("integratedTime", Long.toString(time.getEpochSecond()));
    }
    if (promise) {
      entry.put(
          "inclusionPromise",
          Json.object().put("signedEntryTimestamp", Der.base64(promise(canonical, index))));
    }
    if (proof) {
      entry.put("inclusionProof", proof(index));
    }
    return result.apply(entry.put("canonicalizedBody", Der.base64(canonical)).build());
  }

  private byte[] promise(byte[] canonical, long index) {
    Json.Obj signed =
        Json.object()
            .put("body", Der.base64(canonical))
            .put("integratedTime", time.getEpochSecond())
            .put("logID", java.util.HexFormat.of().formatHex(log.id()))
            .put("logIndex", log.globalIndex(index))
            .build();
    return promiseKey.sign(promised.apply(signed).canonical());
  }

  private Json.Builder proof(long index) {
    long size = index + 1 + later;
    byte[] root = log.root(size);
    String plain = log.checkpointText(size, root);
    if (timestampLine) {
      plain += "Timestamp: " + (time.getEpochSecond() * 1_000_000_000L + 123_456_789L) + "\n";
    }
    String note = text.apply(plain);
    StringBuilder signatures =
        new StringBuilder(RekorLog.line(checkpointName, checkpointKey, note));
    for (Witness witness : witnesses) {
      signatures.append(witness.line(note, time));
    }
    List<Json> hashes = new ArrayList<>();
    for (byte[] hash : log.proof(index, size)) {
      hashes.add(Json.of(Der.base64(hash)));
    }
    return Json.object()
        .put("logIndex", Long.toString(index))
        .put("rootHash", Der.base64(root))
        .put("treeSize", Long.toString(size))
        .put("hashes", hashes)
        .put(
            "checkpoint",
            Json.object().put("envelope", note + "\n" + lines.apply(note, signatures.toString())));
  }
}
