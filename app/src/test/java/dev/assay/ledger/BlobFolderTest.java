package dev.assay.ledger;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobFolderTest {

  private static final int THREADS = 8;

  @TempDir Path folder;

  @Test
  void theFirstBlobsMayComeAtTheSameTime() throws Exception {
    // Each round begins with a folder that is not there yet.
    for (int round = 0; round < 25; round++) {
      BlobFolder blobs = new BlobFolder(folder.resolve("ledger" + round).resolve("blobs"));
      CyclicBarrier together = new CyclicBarrier(THREADS);
      List<Future<Digest>> stored = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        for (int i = 0; i < THREADS; i++) {
          byte[] content = Text.utf8("blob " + i);
          stored.add(
              threads.submit(() -> {
                together.await();
                return blobs.put(content);
              }));
        }
      }
      for (Future<Digest> one : stored) {
        assertTrue(blobs.read(one.get()).isPresent());
      }
    }
  }
}
