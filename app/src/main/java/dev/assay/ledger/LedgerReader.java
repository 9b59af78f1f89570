package dev.assay.ledger;

import dev.assay.bytes.Digest;
import java.util.List;
import java.util.Optional;

/**
 * A ledger to be read: on disk, on media, or through a mirror. Everything returned has been checked
 * against the tree.
 */
public interface LedgerReader {

  /** The log's origin line, which names it for ever. */
  String origin();

  /** How many records the newest checkpoint covers. */
  long size();

  /** The newest checkpoint as a signed note, byte for byte. */
  byte[] checkpoint();

  /** The record at an index below {@link #size}, parsed. */
  LedgerRecord record(long index);

  /** The record's bytes, as hashed into the leaf. */
  byte[] recordBytes(long index);

  /**
   * A blob, after its bytes were checked against the digest; absent when it is not (or no longer)
   * there.
   */
  Optional<byte[]> blob(Digest digest);

  /**
   * The hashes that lead from the leaf at {@code index} to the root of the tree of {@code size}
   * leaves (RFC 6962, 2.1.1).
   */
  List<byte[]> inclusionProof(long index, long size);

  /**
   * The hashes that prove the tree of {@code oldSize} to be a prefix of the tree of {@code size}
   * (RFC 6962, 2.1.2).
   */
  List<byte[]> consistencyProof(long oldSize, long size);
}
