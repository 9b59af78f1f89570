package dev.assay.gate;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a cache notes of one digest in one repository; the evidence itself lies beside it, by its
 * digest.
 *
 * <pre>{@code
 * {"apiVersion":"assay.dev/evidence-cache/v1","repository":"registry.example/pay",
 *  "subject":"sha256:9f86...","listed":"2026-11-22T12:00:00Z","whole":false,
 *  "evidence":[{"origin":"referrer sha256:51d0c2aa09e1","digest":"sha256:77aa...","size":1042}]}
 * }</pre>
 */
record CacheEntry(
    String repository, Digest subject, Instant listed, boolean whole, List<Piece> evidence) {

  /** One piece of evidence. */
  record Piece(String origin, Digest digest, int size) {}

  static final int MOST_PIECES = 64;
  static final int MOST_BYTES = 64 << 10;
  private static final String VERSION = "assay.dev/evidence-cache/v1";

  CacheEntry {
    evidence = List.copyOf(evidence);
  }

  byte[] bytes() {
    List<Json> pieces = new ArrayList<>();
    for (Piece piece : evidence) {
      pieces.add(
          Json.object()
              .put("origin", piece.origin())
              .put("digest", piece.digest().toString())
              .put("size", piece.size())
              .build());
    }
    return Text.utf8(
        Json.object()
            .put("apiVersion", VERSION)
            .put("repository", repository)
            .put("subject", subject.toString())
            .put("listed", listed.toString())
            .put("whole", whole)
            .put("evidence", pieces)
            .build()
            .compact());
  }

  /**
   * @throws dev.assay.bytes.AssayException if the bytes are no entry
   */
  static CacheEntry parse(byte[] bytes) {
    Fields f = Fields.of(Json.parse(bytes, MOST_BYTES), "entry");
    if (!f.string("apiVersion").equals(VERSION)) {
      throw f.bad("apiVersion", "another version");
    }
    List<Piece> pieces = new ArrayList<>();
    for (Fields piece : f.objects("evidence", MOST_PIECES)) {
      long size = piece.integer("size");
      if (size < 1 || size > Limits.EVIDENCE_BYTES) {
        throw piece.bad("size", "out of range");
      }
      pieces.add(new Piece(piece.string("origin"), piece.digest("digest"), (int) size));
      piece.done();
    }
    CacheEntry entry =
        new CacheEntry(
            f.string("repository"),
            f.digest("subject"),
            f.time("listed"),
            f.bool("whole", false),
            pieces);
    f.done();
    return entry;
  }
}
