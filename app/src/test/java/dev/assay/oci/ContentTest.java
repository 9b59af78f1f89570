package dev.assay.oci;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ContentTest {

  private static final String DESCRIPTOR =
      "{\"mediaType\":\"a/b\",\"digest\":\"sha256:" + "0".repeat(64) + "\",\"size\":3}";

  private static Code refused(String json, String mediaType) {
    return assertThrows(AssayException.class, () -> Content.parse(Text.utf8(json), mediaType), json)
        .code();
  }

  @Test
  void whatIsWrittenIsRead() {
    Manifest manifest =
        Registries.referrer(
            Descriptor.of(MediaTypes.MANIFEST, Text.utf8("x")), "application/vnd.t", "p");
    assertEquals(manifest, Content.parse(manifest.bytes(), MediaTypes.MANIFEST));
    Index index =
        Index.oci(
            List.of(
                Descriptor.of(MediaTypes.MANIFEST, Text.utf8("y"))
                    .withPlatform(Platform.parse("linux/arm64/v8"))
                    .withArtifactType(Optional.of("application/vnd.t"))));
    assertEquals(index, Content.parse(index.bytes(), MediaTypes.INDEX));
    assertArrayEquals(index.bytes(), Content.parse(index.bytes(), MediaTypes.INDEX).bytes());
  }

  @Test
  void anImageAndAListAtOnceIsRefused() {
    String both =
        "{\"schemaVersion\":2,\"config\":" + DESCRIPTOR + ",\"layers\":[],\"manifests\":[]}";
    assertEquals(Code.BAD_MANIFEST, refused(both, MediaTypes.MANIFEST));
    assertEquals(Code.BAD_MANIFEST, refused(both, MediaTypes.INDEX));
    String hidden = "{\"schemaVersion\":2,\"config\":" + DESCRIPTOR + ",\"manifests\":[]}";
    assertEquals(Code.BAD_MANIFEST, refused(hidden, MediaTypes.MANIFEST));
    assertEquals(
        Code.BAD_MANIFEST, refused("{\"schemaVersion\":2,\"layers\":[]}", MediaTypes.INDEX));
  }

  @Test
  void theTypeInsideAndOutsideMustAgree() {
    String json =
        "{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.INDEX + "\",\"manifests\":[]}";
    assertEquals(Code.BAD_MEDIA_TYPE, refused(json, MediaTypes.MANIFEST));
    assertEquals(Code.BAD_MEDIA_TYPE, refused(json, MediaTypes.DOCKER_LIST));
    assertEquals(Code.BAD_MEDIA_TYPE, refused(json, "application/json"));
  }

  @Test
  void badPartsAreRefused() {
    for (String descriptor :
        List.of(
            DESCRIPTOR.replace("3}", "-1}"),
            DESCRIPTOR.replace("3}", "1e3}"),
            DESCRIPTOR.replace("3}", "99999999999999999999}"),
            DESCRIPTOR.replace("sha256:0", "sha256:"),
            DESCRIPTOR.replace("sha256", "md5"),
            DESCRIPTOR.replace("000\"", "00G\""),
            DESCRIPTOR.replace("\"size\":3", "\"data\":\"AAAA\""),
            "[]",
            "null")) {
      assertEquals(
          Code.BAD_MANIFEST,
          refused(
              "{\"schemaVersion\":2,\"config\":" + descriptor + ",\"layers\":[]}",
              MediaTypes.MANIFEST),
          descriptor);
    }
    assertEquals(
        Code.DUPLICATE_MEMBER,
        refused("{\"schemaVersion\":2,\"layers\":[],\"layers\":[]}", MediaTypes.MANIFEST));
    assertEquals(
        Code.BAD_MANIFEST, refused("{\"schemaVersion\":1,\"fsLayers\":[]}", MediaTypes.MANIFEST));
  }

  @Test
  void embeddedDataMustBeWhatIsNamed() {
    String wrong = DESCRIPTOR.replace("3}", "3,\"data\":\"AAAA\"}");
    assertEquals(
        Code.DIGEST_MISMATCH,
        refused(
            "{\"schemaVersion\":2,\"config\":" + wrong + ",\"layers\":[]}", MediaTypes.MANIFEST));
  }

  @Test
  void damagedDocumentsAreRefusedAndNothingElse() {
    byte[] good =
        Registries.referrer(Descriptor.of(MediaTypes.MANIFEST, Text.utf8("x")), "a/b", "p").bytes();
    for (int length = 0; length < good.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(good, length);
      assertThrows(AssayException.class, () -> Content.parse(cut, MediaTypes.MANIFEST));
    }
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] flipped = good.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        Content.parse(flipped, MediaTypes.MANIFEST).bytes();
      } catch (AssayException e) {
        // Refused: the only other way to end.
      }
    }
  }
}
