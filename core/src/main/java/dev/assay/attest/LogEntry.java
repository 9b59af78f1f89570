package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a transparency log said about a signature ({@code TransparencyLogEntry} of
 * sigstore_rekor.proto), read and not judged.
 *
 * @param logIndex the entry's index over all shards of the log
 * @param logId SHA-256 of the log's public key
 * @param kind the entry's kind, {@code hashedrekord} or {@code dsse}
 * @param version the kind's version, {@code 0.0.1}
 * @param integratedTime when the log says it took the entry; nobody vouches for it without a
 *     promise
 * @param inclusionPromise the log's signature over the promise to include the entry
 * @param canonicalizedBody the entry's bytes in the log
 */
public record LogEntry(
    long logIndex,
    Octets logId,
    String kind,
    String version,
    Optional<Instant> integratedTime,
    Optional<Octets> inclusionPromise,
    Optional<Proof> inclusionProof,
    Octets canonicalizedBody) {

  /**
   * That the entry is in the log.
   *
   * @param logIndex the entry's index in the tree
   * @param hashes from the leaf's sibling upwards
   * @param checkpoint the signed note with the root hash; absent only in bundles of version 0.1
   */
  public record Proof(
      long logIndex,
      Octets rootHash,
      long treeSize,
      List<Octets> hashes,
      Optional<String> checkpoint) {
    public Proof {
      hashes = List.copyOf(hashes);
    }
  }

  /**
   * Reads an entry that stands on its own, as a log of version 2 answers it, and as strictly as in
   * a bundle of version 0.3.
   *
   * @throws AssayException with {@link Code#BAD_LOG_ENTRY}
   */
  public static LogEntry parse(byte[] document) {
    try {
      Json json = Json.parse(document, Limits.SIGNING_ANSWER_BYTES);
      return BundleReader.entry(
          Fields.of(json, "log entry", Code.BAD_LOG_ENTRY), Bundle.Version.V0_3);
    } catch (AssayException e) {
      throw e.code() == Code.BAD_LOG_ENTRY
          ? e
          : new AssayException(Code.BAD_LOG_ENTRY, String.valueOf(e.getMessage()), e);
    }
  }
}
