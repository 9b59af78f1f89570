package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Base64s;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class CertificateTest {

  private static List<Certificate> inJson(Path file) throws Exception {
    String text = Files.readString(file, StandardCharsets.UTF_8);
    Matcher m = Pattern.compile("\"rawBytes\"\\s*:\\s*\"(MII[^\"]{300,})\"").matcher(text);
    List<Certificate> out = new ArrayList<>();
    while (m.find()) {
      out.add(Certificate.parse(Base64s.decode(m.group(1))));
    }
    return out;
  }

  static Path corpus() {
    String set = System.getProperty("ASSAY_CORPUS", System.getenv("ASSAY_CORPUS"));
    Path folder =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("assay.root", "..")).resolve("../shared/corpus");
    Assumptions.assumeTrue(Files.isDirectory(folder), () -> "no corpus: " + folder);
    return folder;
  }

  @Test
  void readsThePublicRoots() throws Exception {
    List<Certificate> read = inJson(corpus().resolve("sigstore-root/trusted_root.json"));
    assertEquals(5, read.size());
    assertEquals("CN=sigstore,O=sigstore.dev", read.get(0).subjectName());
    assertTrue(read.get(0).isCa() && read.get(0).selfSigned());
    assertFalse(read.get(3).isCa(), "the timestamp authority's leaf");
    assertEquals(List.of("1.3.6.1.5.5.7.3.8"), read.get(3).extendedKeyUsage());
  }

  @Test
  void readsALeaf() throws Exception {
    Certificate leaf =
        inJson(corpus().resolve("sigstore-conformance/happy-path-v0.3/bundle.sigstore.json"))
            .getFirst();
    assertEquals(1, leaf.alternativeNames().size());
    assertEquals(GeneralName.Kind.URI, leaf.alternativeNames().getFirst().kind());
    assertEquals(List.of("1.3.6.1.5.5.7.3.3"), leaf.extendedKeyUsage());
    assertTrue(leaf.extension(Certificate.SCT_LIST).isPresent());
    assertFalse(leaf.isCa());
  }
}
