package dev.assay.cli;

import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.evidence.EvidenceIndex;
import dev.assay.ledger.Ledger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the index of a ledger: among this user's data, since a ledger may be read-only. */
final class Indexes {

  private Indexes() {}

  static EvidenceIndex open(Ledger ledger, Context context) {
    Path folder = Path.of(new Home(context).data().value(), "index");
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String name = Hex.encode(Hashes.sha256(Text.utf8(ledger.origin()))).substring(0, 32);
    return EvidenceIndex.open(folder.resolve(name + ".sqlite"));
  }
}
