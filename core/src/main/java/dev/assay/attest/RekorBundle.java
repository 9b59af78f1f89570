package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * What cosign kept of an entry of Rekor v1 before there were Sigstore bundles: the log's promise
 * (the signed entry timestamp) without a proof.
 *
 * <pre>{@code
 * {"SignedEntryTimestamp":"MEUC...",
 *  "Payload":{"body":"eyJhcGlWZXJzaW9u...","integratedTime":1686148986,"logIndex":23032409,
 *    "logID":"c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d"}}
 * }</pre>
 */
final class RekorBundle {

  private static final int LOG_ID_BYTES = 32;

  private RekorBundle() {}

  static LogEntry parse(String text) {
    byte[] document = dev.assay.bytes.Text.utf8(text);
    Documents.checkValues(document);
    return read(
        Fields.of(Json.parse(document, Limits.EVIDENCE_BYTES), "rekorBundle", Code.BAD_BUNDLE));
  }

  static LogEntry read(Fields f) {
    Octets promise = BundleReader.some(f, "SignedEntryTimestamp");
    Fields payload = f.object("Payload");
    f.done(Code.BAD_BUNDLE);
    Octets body = BundleReader.some(payload, "body");
    long seconds = payload.integer("integratedTime");
    long index = payload.integer("logIndex");
    byte[] logId = hex(payload, "logID");
    payload.done(Code.BAD_BUNDLE);
    if (index < 0) {
      throw payload.bad("logIndex", "negative");
    }
    Instant time;
    try {
      time = Instant.ofEpochSecond(seconds);
    } catch (DateTimeException e) {
      throw new AssayException(Code.BAD_BUNDLE, payload.at("integratedTime") + ": out of range", e);
    }
    if (seconds <= 0) {
      throw payload.bad("integratedTime", "not a time after 1970");
    }
    byte[] entry = body.shared();
    Documents.checkValues(entry);
    Fields kind =
        Fields.of(Json.parse(entry, Limits.EVIDENCE_BYTES), payload.at("body"), Code.BAD_LOG_ENTRY);
    return new LogEntry(
        index,
        Octets.wrap(logId),
        kind.string("kind"),
        kind.string("apiVersion"),
        Optional.of(time),
        Optional.of(promise),
        Optional.empty(),
        body);
  }

  private static byte[] hex(Fields f, String name) {
    byte[] value;
    try {
      value = Hex.decode(f.string(name));
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_BUNDLE, f.at(name) + ": " + e.getMessage(), e);
    }
    if (value.length != LOG_ID_BYTES) {
      throw f.bad(name, value.length + " bytes instead of " + LOG_ID_BYTES);
    }
    return value;
  }
}
