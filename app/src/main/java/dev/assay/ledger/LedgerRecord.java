package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;

/**
 * One fact. Written as canonical JSON (RFC 8785), at most 65,535 bytes:
 *
 * <pre>{@code
 * {"blobs":["sha256:9f86..."],"body":{"subject":"sha256:4355..."},"time":"2026-11-22T12:00:04.120Z","type":"evidence","v":1}
 * }</pre>
 *
 * @param type what kind of fact: one of the names in {@link Types}
 * @param time when it was recorded (the valid time, where it differs, is in the body); millisecond
 *     precision
 * @param body the fact; its members depend on the type
 * @param blobs digests of the large things it speaks of, which lie beside the log
 */
public record LedgerRecord(String type, Instant time, Json.Obj body, List<Digest> blobs) {

  /** The types of record. */
  public static final class Types {
    /** A bundle seen for a subject: {@code subject, predicateType, bundle, keyId, verified}. */
    public static final String EVIDENCE = "evidence";

    /** A tag seen pointing at a digest: {@code repository, tag, digest}. */
    public static final String TAG = "tag";

    /** An admission decision. */
    public static final String DECISION = "decision";

    /** What a cluster ran at a time, completely. */
    public static final String SNAPSHOT = "snapshot";

    /** An advisory (an OSV document) as it was known. */
    public static final String ADVISORY = "advisory";

    /** The ledger's own beginning, key creation, rotation. */
    public static final String KEY = "key";

    private Types() {}
  }

  /**
   * @throws AssayException with {@link Code#BAD_RECORD} if the type is malformed or the record is
   *     too large
   */
  public LedgerRecord {
    if (!type.matches("[a-z][a-z0-9-]{0,39}")) {
      throw new AssayException(Code.BAD_RECORD, "not a record type: " + Text.quote(type));
    }
    time = time.truncatedTo(ChronoUnit.MILLIS);
    blobs = List.copyOf(blobs);
  }

  public byte[] toBytes() {
    byte[] bytes =
        Json.object()
            .put("v", 1)
            .put("type", type)
            .put("time", time.toString())
            .put("body", body)
            .put("blobs", blobs.stream().map(d -> Json.of(d.toString())).toList())
            .build()
            .canonical();
    if (bytes.length > Limits.LEDGER_RECORD_BYTES) {
      throw new AssayException(
          Code.BAD_RECORD,
          "a record of " + bytes.length + " bytes; at most " + Limits.LEDGER_RECORD_BYTES);
    }
    return bytes;
  }

  /**
   * Reads a record back.
   *
   * @throws AssayException with {@link Code#BAD_RECORD} if the bytes are not a record in canonical
   *     form
   */
  public static LedgerRecord parse(byte[] bytes) {
    Json json;
    try {
      json = Json.parse(bytes, Limits.LEDGER_RECORD_BYTES);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_RECORD, "a record is not JSON: " + e.getMessage(), e);
    }
    Fields f = Fields.of(json, "record", Code.BAD_RECORD);
    if (f.integer("v") != 1) {
      throw f.bad("v", "expected 1");
    }
    String type = f.string("type");
    Instant time = f.time("time");
    if (!(f.required("body") instanceof Json.Obj body)) {
      throw f.bad("body", "expected an object");
    }
    LedgerRecord record;
    byte[] canonical;
    try {
      List<Digest> blobs = f.strings("blobs", 10_000).stream().map(Digest::parse).toList();
      f.done(Code.BAD_RECORD);
      record = new LedgerRecord(type, time, body, blobs);
      canonical = record.toBytes();
    } catch (IllegalArgumentException e) {
      // A number that canonical JSON of ours cannot have.
      throw new AssayException(Code.BAD_RECORD, "a record is not in canonical form", e);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_RECORD, "record: " + e.getMessage(), e);
    }
    if (!Arrays.equals(canonical, bytes)) {
      throw new AssayException(Code.BAD_RECORD, "a record is not in canonical form");
    }
    return record;
  }
}
