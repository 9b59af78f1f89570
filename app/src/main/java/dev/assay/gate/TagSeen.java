package dev.assay.gate;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.ledger.LedgerRecord;
import java.time.Instant;
import java.util.List;

/** A tag that was resolved. */
record TagSeen(String repository, String tag, Digest digest) {

  String key() {
    return repository + ":" + tag;
  }

  LedgerRecord record(Instant time) {
    return new LedgerRecord(
        LedgerRecord.Types.TAG,
        time,
        Json.object()
            .put("repository", repository)
            .put("tag", tag)
            .put("digest", digest.toString())
            .build(),
        List.of());
  }
}
