package dev.assay.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {

  private static final String HEX =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  @ParameterizedTest
  @CsvSource({
    "nginx, docker.io/library/nginx:latest",
    "nginx:1, docker.io/library/nginx:1",
    "team/app, docker.io/team/app:latest",
    "docker.io/nginx, docker.io/library/nginx:latest",
    "index.docker.io/nginx, docker.io/library/nginx:latest",
    "registry-1.docker.io/library/nginx, docker.io/library/nginx:latest",
    "docker.io:443/nginx, docker.io/library/nginx:latest",
    "GHCR.io/org/app:v1, ghcr.io/org/app:v1",
    "ghcr.io:443/org/app:v1, ghcr.io/org/app:v1",
    "localhost/app, localhost/app:latest",
    "localhost:443/app, localhost:443/app:latest",
    "127.0.0.1:5000/a/b__c/d-e.f:T_1, 127.0.0.1:5000/a/b__c/d-e.f:T_1",
    "'[::1]:5000/app', '[::1]:5000/app:latest'",
    "a/b/c, docker.io/a/b/c:latest",
  })
  void oneImageHasOneSpelling(String text, String expected) {
    Reference reference = Reference.parse(text);
    assertEquals(expected, reference.toString());
    assertEquals(reference, Reference.parse(expected));
  }

  @Test
  void aDigestNeedsNoTag() {
    assertEquals(
        "docker.io/library/nginx@sha256:" + HEX, Reference.parse("nginx@sha256:" + HEX).toString());
    Reference both = Reference.parse("r.example/app:1@sha256:" + HEX);
    assertEquals("sha256:" + HEX, both.identifier());
    assertEquals("1", both.tag().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "nginx ",
        "https://ghcr.io/a",
        "ghcr.io/../etc",
        "ghcr.io/a/../b",
        "ghcr.io/./a",
        "ghcr.io//a",
        "ghcr.io/a/",
        "/a",
        "ghcr.io/A",
        "a:",
        "a:b:c",
        "a@sha256:abc",
        "a@md5:d41d8cd98f00b204e9800998ecf8427e",
        "ghcr.io/a_-b",
        "ghcr.io/-a",
        "ghcr.io/a-",
        "ghcr.io/a..b",
        "ghcr.io/a___b",
        "ghcr.io:0/a",
        "ghcr.io:99999/a",
        "ghcr.io:1x/a",
        "-ghcr.io/a",
        "ghcr..io/a",
        "ghcr.io./a",
        "user@ghcr.io/a",
        "user:pw@ghcr.io/a",
        "ghcr.io/a?b",
        "ghcr.io/a#b",
        "ghcr.io/a%2fb",
        "ghcr.io/ä",
        "ghcr.io/a:.x",
        "ghcr.io/a\u0000b",
        "ghcr.io/a\nb",
        "[::1/a",
      })
  void everythingElseIsRefused(String text) {
    AssayException e = assertThrows(AssayException.class, () -> Reference.parse(text));
    assertEquals(Code.BAD_REFERENCE, e.code());
  }

  @Test
  void longNamesTakeLinearTime() {
    for (String part : List.of("a-", "a_", "a.", "a/", "a", "-", "a__")) {
      String name = "ghcr.io/" + part.repeat(1000 / part.length()) + "!";
      assertThrows(AssayException.class, () -> Reference.parse(name));
    }
    assertFalse(Names.isRepository("a-".repeat(100_000) + "!"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost/a", "localhost:5000/a", "127.0.0.1/a", "127.255.3.4:1/a", "[::1]/a"})
  void thisMachine(String text) {
    assertTrue(Reference.parse(text).isLoopback());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1.example.com/a",
        "localhost.example.com/a",
        "notlocalhost.io/a",
        "128.0.0.1/a",
        "127.0.0/a",
        "127.0.0.256/a",
        "127.0.0.01/a",
        "0.0.0.0/a",
        "[::2]/a",
        "nginx",
      })
  void otherMachines(String text) {
    assertFalse(Reference.parse(text).isLoopback());
  }
}
