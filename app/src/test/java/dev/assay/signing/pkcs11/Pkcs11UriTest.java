package dev.assay.signing.pkcs11;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Pkcs11UriTest {

  @Test
  void attributesAreDecoded() {
    Pkcs11Uri uri =
        Pkcs11Uri.parse(
            "pkcs11:token=The%20Software%20PKCS%2311;slot-id=7;object=my-key;id=%00%fF"
                + ";type=private?module-path=/usr/lib/softhsm.so&pin-value=12%2634");
    assertEquals(Optional.of("The Software PKCS#11"), uri.text("token"));
    assertEquals(Optional.of("7"), uri.text("slot-id"));
    assertEquals(Optional.of("/usr/lib/softhsm.so"), uri.text("module-path"));
    assertArrayEquals(new byte[] {0, -1}, uri.id().orElseThrow());
    assertArrayEquals("12&34".getBytes(StandardCharsets.US_ASCII), uri.pin().orElseThrow());
    assertFalse(uri.toString().contains("12"), uri.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkcs11",
        "pkcs12:token=a",
        "pkcs11:token",
        "pkcs11:token=a;",
        "pkcs11:token=a;token=a",
        "pkcs11:token=",
        "pkcs11:tokn=a",
        "pkcs11:x-vendor=a",
        "pkcs11:token=a b",
        "pkcs11:token=%zz",
        "pkcs11:token=%4",
        "pkcs11:token=%",
        "pkcs11:token=%ff",
        "pkcs11:token=%+1",
        "pkcs11:slot-id=0x1",
        "pkcs11:slot-id=-1",
        "pkcs11:type=secret-key",
        "pkcs11:type=cert",
        "pkcs11:module-path=/x.so",
        "pkcs11:?token=a",
        "pkcs11:?module-path=x.so",
        "pkcs11:?module-name=../x",
        "pkcs11:?module-path=/x.so&module-name=x",
        "pkcs11:?pin-value=1&pin-source=/f",
        "pkcs11:?pin-source=|cat%20/etc/pin",
        "pkcs11:?pin-source=https://pin.example/",
        "pkcs11:token=a/b",
        "pkcs11:token=a?module-path=/x;y",
      })
  void whatIsNotUnderstoodIsRefused(String text) {
    AssayException e = assertThrows(AssayException.class, () -> Pkcs11Uri.parse(text));
    assertEquals(Code.KEY_UNREADABLE, e.code());
  }

  @Test
  void noMessageHoldsAPin() {
    for (String text :
        new String[] {
          "pkcs11:token=a?pin-value=s3cret%",
          "pkcs11:token=a?pin-value=s3cret&pin-value=s3cret",
          "pkcs11:token=a?pin-value=s3cret&pin-source=/x",
          "pkcs11:token=a?pin-value=s3cret value",
          "pkcs11:pin-value=s3cret",
        }) {
      AssayException e = assertThrows(AssayException.class, () -> Pkcs11Uri.parse(text));
      assertFalse((e.getMessage() + e.hint()).contains("s3cret"), e.getMessage());
    }
  }

  @Test
  void whatIsWrittenIsRead() {
    Random random = new Random(7);
    for (int i = 0; i < 500; i++) {
      byte[] id = new byte[1 + random.nextInt(20)];
      random.nextBytes(id);
      StringBuilder label = new StringBuilder();
      for (int j = random.nextInt(12); j >= 0; j--) {
        label.appendCodePoint(1 + random.nextInt(0x2fff));
      }
      var token = new Cryptoki.TokenInfo(3, "T;o=k?en " + i, "m", "o", "0" + i, 0);
      Pkcs11Uri uri =
          Pkcs11Uri.parse(Pkcs11Uri.of(token, label.toString(), id, Optional.of("/a b/c.so")));
      assertTrue(uri.matchesToken(token));
      assertTrue(uri.matchesObject(label.toString(), id));
      assertFalse(uri.matchesObject(label + "x", id));
      assertFalse(uri.matchesObject(label.toString(), new byte[21]));
      assertEquals(Optional.of("/a b/c.so"), uri.text("module-path"));
    }
  }

  @Test
  void mutatedUrisNeverThrowAnythingElse() {
    Random random = new Random(11);
    String seed = "pkcs11:token=a%20b;object=c;id=%01%02?module-path=/x.so&pin-source=file:/p";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(seed);
      for (int j = random.nextInt(4); j >= 0; j--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, (char) random.nextInt(300));
          case 1 -> text.deleteCharAt(at);
          default -> text.insert(at, ";&?=%:/".charAt(random.nextInt(7)));
        }
      }
      try {
        Pkcs11Uri.parse(text.toString());
      } catch (AssayException e) {
        assertEquals(Code.KEY_UNREADABLE, e.code());
      }
    }
  }
}
