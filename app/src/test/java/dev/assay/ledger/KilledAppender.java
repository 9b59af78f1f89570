package dev.assay.ledger;

import java.nio.file.Path;
import java.util.Random;

/** A process of its own that appends until it is killed, and says after each append what is in. */
final class KilledAppender {

  private KilledAppender() {}

  public static void main(String[] args) {
    Random random = new Random(Long.parseLong(args[1]));
    try (Ledger ledger = Ledger.openForWriting(Path.of(args[0]))) {
      System.out.println("acknowledged " + ledger.size());
      while (true) {
        if (random.nextInt(25) == 0) {
          ledger.rotateKeys();
        } else {
          int count = random.nextInt(6) == 0 ? 200 + random.nextInt(400) : 1 + random.nextInt(20);
          ledger.append(LedgerTest.records(ledger.size(), count));
        }
        System.out.println("acknowledged " + ledger.size());
      }
    }
  }
}
