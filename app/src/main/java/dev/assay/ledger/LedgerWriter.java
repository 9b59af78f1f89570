package dev.assay.ledger;

import dev.assay.bytes.Digest;
import java.util.List;

/** Appends to a ledger. What is acknowledged (returned) is on disk and covered by a checkpoint. */
public interface LedgerWriter {

  /** Appends in order, with one fsync and one checkpoint for all; returns the index of each. */
  List<Long> append(List<LedgerRecord> records);

  default long append(LedgerRecord record) {
    return append(List.of(record)).getFirst();
  }

  /** Stores a blob durably; storing it again does nothing. */
  Digest putBlob(byte[] bytes);
}
