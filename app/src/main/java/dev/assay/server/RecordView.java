package dev.assay.server;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.ledger.LedgerReader;
import dev.assay.ledger.LedgerRecord;
import dev.assay.log.Merkle;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** One record, whole, with the blobs it names as far as they are small JSON. */
record RecordView(LedgerReader ledger, long index) {

  private static final int SHOWN = 256 << 10;

  void write(Html page) {
    LedgerRecord record = ledger.record(index);
    byte[] bytes = ledger.recordBytes(index);
    page.raw("<main><p class=\"crumb\">").link("/", "overview");
    if (index > 0) {
      page.raw(" ").link("/record/" + (index - 1), "← " + (index - 1));
    }
    if (index + 1 < ledger.size()) {
      page.raw(" ").link("/record/" + (index + 1), (index + 1) + " →");
    }
    page.raw(" ").link("/?asof=" + (index + 1), "as of this record").raw("</p>");
    page.element("h1", "Record " + index + ": " + record.type());
    page.raw("<p class=\"sub\">recorded ").text(record.time().toString());
    page.text(", leaf hash ").element("code", Hex.encode(Merkle.leafHash(bytes))).raw("</p>");
    page.raw("<section><pre>").lines(record.body().pretty().strip()).raw("</pre></section>");
    for (Digest blob : record.blobs()) {
      blob(page, blob);
    }
    page.raw("</main>");
  }

  private void blob(Html page, Digest digest) {
    page.raw("<section>").element("h2", "Blob").element("code", digest.toString());
    Optional<byte[]> content = ledger.blob(digest);
    if (content.isEmpty()) {
      page.classed("p", "sub", "not, or no longer, kept here");
    } else if (content.get().length > SHOWN) {
      page.classed("p", "sub", content.get().length + " bytes, too many to show");
    } else {
      page.raw("<details><summary>").text(content.get().length + " bytes").raw("</summary><pre>");
      page.lines(shown(content.get())).raw("</pre></details>");
    }
    page.raw("</section>");
  }

  private static String shown(byte[] content) {
    try {
      return Json.parse(content, SHOWN).pretty().strip();
    } catch (AssayException e) {
      return new String(content, StandardCharsets.UTF_8);
    }
  }
}
