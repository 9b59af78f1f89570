package dev.assay.attest;

import static dev.assay.attest.Adversary.bytes;
import static dev.assay.attest.Adversary.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatementTest {

  private static final byte[] CONTENT = bytes("content");
  private static final Digest SHA256 = Hashes.sha256Digest(CONTENT);
  private static final Digest SHA512 = Hashes.digest(Digest.Algorithm.SHA512, CONTENT);
  private static final Digest OTHER = Hashes.sha256Digest(bytes("other"));

  private static String json(String digests) {
    return "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"a\",\"digest\":{"
        + digests
        + "}}],\"predicateType\":\"https://example.com/p\",\"predicate\":{\"x\":1}}";
  }

  private static String pair(Digest digest) {
    return "\"" + digest.algorithm().id() + "\":\"" + digest.hex() + "\"";
  }

  private static Statement read(String text) {
    return Statement.parse(bytes(text));
  }

  @Test
  void bothVersionsAreRead() {
    String v1 = json(pair(SHA256));
    for (String text : List.of(v1, v1.replace("Statement/v1", "Statement/v0.1"))) {
      Statement statement = read(text);
      assertEquals("https://example.com/p", statement.predicateType());
      assertEquals(Optional.of(Json.of(1)), statement.predicate().get("x"));
      assertEquals(Optional.of("a"), statement.subjects().getFirst().name());
      assertTrue(statement.names(SHA256));
      assertArrayEquals(bytes(text), statement.payload());
    }
    refused(Code.BAD_STATEMENT, () -> read(v1.replace("Statement/v1", "Statement/v2")));
    refused(Code.BAD_STATEMENT, () -> read(v1.replace("https://in-toto.io", "http://in-toto.io")));
  }

  @Test
  void onlyTheNamedContentIsNamed() {
    Statement statement = read(json(pair(SHA256)));
    assertFalse(statement.names(OTHER));
    assertFalse(statement.names(SHA512));
    assertFalse(statement.names(List.of()));
  }

  // One agreeing and one contradicting digest: somebody mixed two things.
  @Test
  void everyKnownAlgorithmOfASubjectMustAgree() {
    Digest otherSha512 = Hashes.digest(Digest.Algorithm.SHA512, bytes("other"));
    Statement mixed = read(json(pair(SHA256) + "," + pair(otherSha512)));
    assertTrue(mixed.names(SHA256));
    assertFalse(mixed.names(List.of(SHA256, SHA512)));
    Statement right = read(json(pair(SHA256) + "," + pair(SHA512)));
    assertTrue(right.names(List.of(SHA256, SHA512)));
    assertTrue(right.names(List.of(SHA512)));
  }

  @Test
  void unknownAlgorithmsAreKeptAndNeverMatched() {
    String sha1 = "\"sha1\":\"" + "0".repeat(40) + "\"";
    Statement statement = read(json(sha1 + ",\"new256\":\"" + SHA256.hex() + "\""));
    assertFalse(statement.names(SHA256));
    assertEquals(2, statement.subjects().getFirst().digests().size());
    assertEquals(List.of(), statement.subjects().getFirst().knownDigests());
  }

  @Test
  void aMalformedSha2DigestIsRefused() {
    String hex = SHA256.hex();
    for (String bad : List.of("", "zz", hex.substring(1), hex + "0", "A" + hex.substring(1))) {
      refused(Code.BAD_STATEMENT, () -> read(json("\"sha256\":\"" + bad + "\"")));
    }
    refused(Code.BAD_STATEMENT, () -> read(json("\"sha256\":7")));
    refused(Code.BAD_STATEMENT, () -> read(json("")));
  }

  @Test
  void aStatementWithAPartMissingIsRefused() {
    String good = json(pair(SHA256));
    for (String bad :
        List.of(
            "7",
            good.replace("_type", "type"),
            good.replace("predicateType", "kind"),
            good.replace("https://example.com/p", ""),
            good.replace("{\"x\":1}", "\"text\""),
            good.replace("\"subject\":[", "\"subjects\":["),
            good.replaceFirst("\\[.*\\]", "[]"),
            good.replaceFirst("\\[.*\\]", "{}"))) {
      refused(Code.BAD_STATEMENT, () -> read(bad));
    }
  }

  @Test
  void whatIsNotKnownIsIgnored() {
    String good = json(pair(SHA256));
    read(good.replace("{\"_type\"", "{\"later\":{},\"_type\""));
    Statement without = read(good.replace(",\"predicate\":{\"x\":1}", ""));
    assertEquals(Map.of(), without.predicate().members());
  }

  @Test
  void tooManySubjectsOrDigestsAreRefused() {
    StringBuilder digests = new StringBuilder(pair(SHA256));
    for (int i = 0; i < Limits.SUBJECT_DIGESTS; i++) {
      digests.append(",\"x").append(i).append("\":\"0\"");
    }
    refused(Code.TOO_MANY, () -> read(json(digests.toString())));
    String subject = "{\"digest\":{" + pair(SHA256) + "}}";
    String many = "[" + (subject + ",").repeat(Limits.SUBJECTS) + subject + "]";
    refused(Code.TOO_MANY, () -> read(json(pair(SHA256)).replaceFirst("\\[.*\\]", many)));
  }

  @Test
  void whatIsMadeIsAStatementV1() {
    Statement.Subject subject =
        new Statement.Subject(
            Optional.empty(), Map.of("sha256", SHA256.hex()), Map.of("env", Json.of("prod")));
    Statement made =
        Statement.create(List.of(subject), PredicateTypes.COSIGN_SIGN_V1, Json.object().build());
    assertEquals(
        "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"sha256\":\""
            + SHA256.hex()
            + "\"},\"annotations\":{\"env\":\"prod\"}}],"
            + "\"predicateType\":\"https://sigstore.dev/cosign/sign/v1\",\"predicate\":{}}",
        new String(made.payload(), StandardCharsets.UTF_8));
    assertEquals(Optional.of("prod"), made.subjects().getFirst().annotation("env"));
    refused(
        Code.BAD_STATEMENT,
        () -> Statement.create(List.of(), PredicateTypes.COSIGN_SIGN_V1, Json.object().build()));
  }

  @Test
  void anEnvelopeOfAnotherTypeHoldsNoStatement() {
    byte[] payload = bytes(json(pair(SHA256)));
    assertTrue(Statement.of(Dsse.of(Dsse.IN_TOTO, payload, List.of())).names(SHA256));
    refused(
        Code.BAD_STATEMENT, () -> Statement.of(Dsse.of("application/json", payload, List.of())));
  }

  @Test
  void damageIsRefusedOrReadButNeverADefect() {
    byte[] document = bytes(json(pair(SHA256) + "," + pair(SHA512)));
    Adversary.truncations(document, Statement::parse);
    Adversary.bitFlips(document, 2000, Statement::parse);
  }

  // A payload that nobody signed is not made into a tree of gigabytes.
  @Test
  void theHeadIsReadInNoMoreMemoryThanItHas() {
    String head = json(pair(SHA256));
    int size = Limits.EVIDENCE_BYTES;
    StringBuilder predicate = new StringBuilder(size).append("{\"x\":[{}");
    while (predicate.length() < size - head.length() - 64) {
      predicate.append(",{}");
    }
    byte[] heap = bytes(head.replace("{\"x\":1}", predicate.append("]}")));
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    StatementHead read = StatementHead.read(heap, size);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(read.names(SHA256));
    assertTrue(allocated < 1 << 20, "allocated " + allocated);
    // Nor are the subjects.
    String subjects = "\"subject\":[" + "{},".repeat(1_000_000);
    byte[] many = bytes(head.replace("\"subject\":[", subjects));
    refused(Code.TOO_MANY, () -> StatementHead.read(many, size));
    String members = "{" + "\"a\":{},".repeat(1) + "\"b\":1,";
    assertEquals(read, StatementHead.read(bytes(head.replaceFirst("\\{", members)), size));
    StringBuilder others = new StringBuilder("{");
    for (int i = 0; i <= Limits.STATEMENT_MEMBERS; i++) {
      others.append("\"m").append(i).append("\":[],");
    }
    refused(Code.TOO_MANY, () -> StatementHead.read(bytes(others + head.substring(1)), size));
  }

  @Test
  void theHeadIsWhatTheWholeSays() {
    String good = json(pair(SHA256));
    Statement whole = read(good);
    StatementHead head = StatementHead.read(bytes(good), 1 << 20);
    assertEquals(whole.subjects(), head.subjects());
    assertEquals(whole.predicateType(), head.predicateType());
    // Brackets and quotes in strings are no brackets and quotes.
    String tricky = good.replace("{\"x\":1}", "{\"x\":\"]}\\\"}\",\"y\":[\"\\\\\",{}]}");
    assertEquals(head, StatementHead.read(bytes(tricky), 1 << 20));
    assertEquals(head.subjects(), read(tricky).subjects());
    for (String bad :
        List.of(
            good.replace("{\"x\":1}", "{\"x\":[[}"),
            good.replace("{\"x\":1}", "{\"x\":\"}"),
            good.replaceFirst("\\{", "{\"subject\":[],"),
            good + "x",
            "[]",
            "")) {
      org.junit.jupiter.api.Assertions.assertThrows(
          dev.assay.bytes.AssayException.class, () -> StatementHead.read(bytes(bad), 1 << 20));
    }
  }

  @Test
  void aTextIsAPredicateOfSpdxAlone() {
    String text = json(pair(SHA256)).replace("{\"x\":1}", "\"SPDXVersion: SPDX-2.3\\n\"");
    refused(Code.BAD_STATEMENT, () -> read(text));
    for (String other :
        List.of(PredicateTypes.CYCLONEDX, PredicateTypes.SLSA_PROVENANCE_V1, "https://spdx.dev/")) {
      refused(Code.BAD_STATEMENT, () -> read(text.replace("https://example.com/p", other)));
    }
    Statement spdx = read(text.replace("https://example.com/p", PredicateTypes.SPDX));
    assertEquals(Json.of("SPDXVersion: SPDX-2.3\n"), spdx.writtenPredicate());
    assertTrue(spdx.predicate().members().isEmpty());
    PredicateTypes.validateShape(spdx.predicateType(), spdx.writtenPredicate());
    refused(
        Code.BAD_PREDICATE,
        () -> PredicateTypes.validateShape(PredicateTypes.SPDX, Json.of("Name: x")));
    refused(
        Code.BAD_STATEMENT,
        () ->
            read(
                json(pair(SHA256))
                    .replace("{\"x\":1}", "[1]")
                    .replace("https://example.com/p", PredicateTypes.SPDX)));
  }
}
