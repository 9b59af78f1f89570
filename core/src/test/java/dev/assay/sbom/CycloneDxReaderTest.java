package dev.assay.sbom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CycloneDxReaderTest {

  private static final String DOCUMENT =
      """
      {"components":[
        {"type":"library","group":"org.apache.logging.log4j","name":"log4j-core","version":"2.14.1",
         "bom-ref":"a","purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
         "hashes":[{"alg":"SHA-256","content":"%s"}],
         "components":[{"type":"library","name":"inner","components":[{"type":"file","name":"deep"}]}],
         "licenses":[{"license":{"id":"Apache-2.0"}}]},
        {"type":"library","name":"odd","purl":"pkg:nothing"}],
       "metadata":{"timestamp":"2026-11-22T00:00:00Z",
         "component":{"type":"container","name":"pay","version":"1.0"}},
       "bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:1","version":1}
      """
          .formatted("AB".repeat(32));

  private static List<Component> read(String document) {
    List<Component> out = new ArrayList<>();
    CycloneDxReader.read(Text.utf8(document), out::add);
    return out;
  }

  @Test
  void nestedComponentsAreComponents() {
    List<Component> found = read(DOCUMENT);
    assertEquals(
        Set.of("log4j-core", "inner", "deep", "odd"),
        Set.copyOf(found.stream().map(Component::name).toList()));
    Component log4j =
        found.stream().filter(c -> c.name().equals("log4j-core")).findFirst().orElseThrow();
    assertEquals(Map.of("SHA-256", "ab".repeat(32)), log4j.hashes());
    assertEquals(Optional.of("2.14.1"), log4j.effectiveVersion());
    Component odd = found.getLast();
    assertEquals(Optional.of("pkg:nothing"), odd.purlText());
    assertTrue(odd.purl().isEmpty());
  }

  @Test
  void theSubjectIsNotOneOfTheComponents() {
    CycloneDxReader.Document found = CycloneDxReader.read(Text.utf8(DOCUMENT), c -> {});
    assertEquals(4, found.components());
    assertEquals("pay", found.subject().orElseThrow().name());
    assertEquals("1.6", found.specVersion());
  }

  @Test
  void whatIsNotCycloneDxIsRefused() {
    for (String bad :
        List.of(
            "{}",
            "[]",
            "7",
            "",
            "{\"bomFormat\":\"SPDX\",\"specVersion\":\"1.6\"}",
            "{\"bomFormat\":\"CycloneDX\"}",
            "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"2.0\"}",
            "{\"bomFormat\":\"CycloneDX\",\"specVersion\":1.6}",
            "{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[]}",
            "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":{}}",
            "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"name\":\"x\"}]}",
            "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"type\":\"file\"}]}")) {
      AssayException e = assertThrows(AssayException.class, () -> read(bad), bad);
      assertEquals(Code.BAD_SBOM, e.code(), bad);
    }
  }

  @Test
  void aMemberGivenTwiceIsRefused() {
    String twice =
        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[],\"components\":[]}";
    assertEquals(
        Code.DUPLICATE_MEMBER, assertThrows(AssayException.class, () -> read(twice)).code());
  }

  @Test
  void nestingIsBounded() {
    String open = "{\"type\":\"file\",\"name\":\"x\",\"components\":[";
    String deep =
        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":["
            + open.repeat(100_000);
    assertEquals(Code.TOO_DEEP, assertThrows(AssayException.class, () -> read(deep)).code());
  }

  @Test
  void truncatedAnywhereItIsRefused() {
    String whole = DOCUMENT.strip();
    for (int i = 0; i < whole.length(); i++) {
      String cut = whole.substring(0, i);
      assertThrows(AssayException.class, () -> read(cut));
    }
  }

  @Test
  void flippedBitsNeverEndInAnythingButARefusalOrADocument() {
    Random random = new Random(3);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = Text.utf8(DOCUMENT);
      for (int n = 0; n < 3; n++) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        CycloneDxReader.read(bytes, c -> {});
      } catch (AssayException e) {
        // refused, as it may be
      }
    }
  }

  @Test
  void documentsThatOthersMadeAreRead() throws IOException {
    int read = 0;
    int components = 0;
    for (Path file : Corpus.files("sboms/cyclonedx", ".json")) {
      byte[] bytes = Files.readAllBytes(file);
      if (!new String(bytes, java.nio.charset.StandardCharsets.UTF_8).contains("bomFormat")) {
        continue;
      }
      try {
        components += CycloneDxReader.read(bytes, c -> {}).components();
        read++;
      } catch (AssayException e) {
        throw new AssertionError(file + ": " + e.getMessage(), e);
      }
    }
    assertTrue(read >= 20 && components > 1_000, read + " documents, " + components);
  }
}
