package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.log.NoteKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code ledger.json}: says that a folder is a ledger, and which. Written once, as the last step of
 * making the ledger, and never changed.
 *
 * @param origin the log's name
 * @param keys the keys the ledger began with
 * @param keyFolder where the private keys are, if not in {@code keys} beside it
 */
record LedgerMarker(String origin, List<NoteKey> keys, Optional<String> keyFolder) {

  static final String FILE = "ledger.json";

  private static final String FORMAT = "assay-ledger/1";
  private static final int MAX_KEYS = 16;

  /**
   * @throws AssayException with {@link Code#NOT_A_LEDGER} if the folder has none of ours
   */
  static LedgerMarker read(Path folder) throws IOException {
    Optional<byte[]> file;
    try {
      file = DurableFiles.read(folder.resolve(FILE), Limits.DOCUMENT_BYTES);
    } catch (AssayException e) {
      throw not(folder, e.getMessage(), e);
    }
    if (file.isEmpty()) {
      throw not(folder, "it has no " + FILE, null);
    }
    try {
      Fields f = Fields.of(Json.parse(file.get(), Limits.DOCUMENT_BYTES), FILE);
      String format = f.string("format");
      if (!format.equals(FORMAT)) {
        throw f.bad("format", "expected " + FORMAT + ", found " + Text.quote(format));
      }
      LedgerMarker marker =
          new LedgerMarker(
              f.string("origin"),
              f.strings("keys", MAX_KEYS).stream().map(NoteKey::parse).toList(),
              f.optionalString("keyFolder"));
      f.done();
      if (marker.keys.isEmpty()
          || marker.keys.stream().anyMatch(k -> !k.name().equals(marker.origin))) {
        throw f.bad("keys", "expected keys named " + Text.quote(marker.origin));
      }
      return marker;
    } catch (AssayException e) {
      throw not(folder, e.getMessage(), e);
    }
  }

  private static AssayException not(
      Path folder,
      @org.jspecify.annotations.Nullable String why,
      @org.jspecify.annotations.Nullable Throwable cause) {
    return new AssayException(
        Code.NOT_A_LEDGER,
        folder + " is not a ledger: " + why,
        Optional.of("assay ledger init DIR makes one"),
        cause);
  }

  byte[] toBytes() {
    return Text.utf8(
        Json.object()
            .put("format", FORMAT)
            .put("origin", origin)
            .put("keys", Json.strings(keys.stream().map(NoteKey::vkey).toList()))
            .putIf("keyFolder", keyFolder)
            .build()
            .pretty());
  }
}
