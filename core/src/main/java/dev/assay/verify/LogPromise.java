package dev.assay.verify;

import dev.assay.attest.LogEntry;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import dev.assay.trust.TrustRoot;
import java.time.Instant;

/**
 * The promise of a Rekor v1 log to include an entry (signed entry timestamp): the log's signature
 * over the entry, its time and its index.
 */
final class LogPromise {

  // RFC 8785 writes a number as a double has it: exact up to here.
  private static final long MAX_EXACT = (1L << 53) - 1;

  private LogPromise() {}

  /**
   * Verifies the promise, which the entry has to have.
   *
   * @return the time that the log vouches for
   * @throws AssayException with {@link Code#BAD_LOG_ENTRY} or {@link Code#LOG_PROMISE_INVALID}
   */
  static Instant verify(LogEntry entry, TrustRoot.Log log) {
    Instant time = entry.integratedTime().orElse(null);
    if (time == null) {
      throw new AssayException(Code.BAD_LOG_ENTRY, "log entry: a promise without a time");
    }
    if (entry.logIndex() > MAX_EXACT || time.getEpochSecond() > MAX_EXACT) {
      throw new AssayException(Code.BAD_LOG_ENTRY, "log entry: a promise with a number over 2^53");
    }
    byte[] signature = entry.inclusionPromise().orElseThrow().bytes();
    if (!log.key().verify(log.scheme(), message(entry, time.getEpochSecond()), signature)) {
      throw new AssayException(
          Code.LOG_PROMISE_INVALID,
          "the promise is not a signature by "
              + Text.quote(log.host())
              + " over this entry, index and time");
    }
    return time;
  }

  /** What is signed: canonical JSON (RFC 8785), members in the order of their names. */
  static byte[] message(LogEntry entry, long seconds) {
    String body = entry.canonicalizedBody().base64();
    return Text.utf8(
        "{\"body\":\""
            + body
            + "\",\"integratedTime\":"
            + seconds
            + ",\"logID\":\""
            + Hex.encode(entry.logId().bytes())
            + "\",\"logIndex\":"
            + entry.logIndex()
            + "}");
  }
}
