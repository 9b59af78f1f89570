package dev.assay.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.bytes.Json;
import dev.assay.ledger.Ledger;
import dev.assay.ledger.LedgerRecord;
import dev.assay.ledger.LedgerTurns;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One index file, used by a gate and by commands at the same time. */
class SharedIndexTest {

  private static final int USERS = 4;
  private static final int ROUNDS = 15;

  @TempDir Path folder;

  @Test
  void severalUsersKeepOneIndexUpToDate() throws Exception {
    Path ledger = folder.resolve("ledger");
    Clock clock = Clock.systemUTC();
    Ledger.init(ledger, Ledger.newOrigin(), clock).close();
    try (ExecutorService users = Executors.newFixedThreadPool(USERS)) {
      List<Future<Long>> done = new ArrayList<>();
      for (int user = 0; user < USERS; user++) {
        String name = "user" + user;
        done.add(users.submit(() -> use(ledger, name, clock)));
      }
      for (Future<Long> one : done) {
        one.get();
      }
    }
    try (Ledger reader = Ledger.openForReading(ledger);
        EvidenceIndex index = EvidenceIndex.open(folder.resolve("index.sqlite"))) {
      index.refresh(reader);
      assertEquals(1 + USERS * ROUNDS, index.position());
      assertEquals(ROUNDS, index.tagHistory("r.example/user0", "t").size());
    }
  }

  private long use(Path ledger, String name, Clock clock) {
    LedgerTurns turns = LedgerTurns.of(ledger, clock, Duration.ofSeconds(60));
    try (Ledger reader = Ledger.openForReading(ledger);
        EvidenceIndex index = EvidenceIndex.open(folder.resolve("index.sqlite"))) {
      for (int round = 0; round < ROUNDS; round++) {
        String digest = "sha256:" + String.format("%064x", round + 1);
        LedgerRecord record =
            new LedgerRecord(
                LedgerRecord.Types.TAG,
                clock.instant(),
                Json.object()
                    .put("repository", "r.example/" + name)
                    .put("tag", "t")
                    .put("digest", digest)
                    .build(),
                List.of());
        turns.write((r, writer) -> writer.append(record));
        reader.refresh();
        index.refresh(reader);
      }
      return index.position();
    }
  }
}
