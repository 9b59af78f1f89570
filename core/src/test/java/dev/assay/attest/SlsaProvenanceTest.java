package dev.assay.attest;

import static dev.assay.attest.Adversary.bytes;
import static dev.assay.attest.Adversary.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SlsaProvenanceTest {

  private static final String COMMIT = "c27d339ee6075c1f744c5d4b200f7901aad2c369";
  private static final String V1 =
      """
      {"buildDefinition":{
         "buildType":"https://example.com/build/v1",
         "externalParameters":{"repository":"https://example.com/pay"},
         "internalParameters":null,
         "resolvedDependencies":[
           {"uri":"git+https://example.com/pay@refs/heads/main","digest":{"gitCommit":"COMMIT"}},
           {"uri":"pkg:maven/a/b@1","digest":{"sha1":"COMMIT"},"name":"b"}]},
       "runDetails":{
         "builder":{"id":"https://example.com/builder"},
         "metadata":{"invocationId":"","startedOn":"2026-11-22T10:00:00Z"}}}
      """
          .replace("COMMIT", COMMIT);
  private static final String V02 =
      """
      {"buildType":"https://example.com/build/v0","builder":{"id":"https://example.com/builder"},
       "invocation":{"configSource":{"uri":"git+https://example.com/pay","digest":{"sha1":"COMMIT"}},
         "parameters":{},"environment":{"os":"linux"}},
       "metadata":{"buildInvocationId":"7","buildFinishedOn":"2026-11-22T10:00:00+01:00"},
       "materials":[{"uri":"git+https://example.com/pay","digest":{"sha1":"COMMIT"}}]}
      """
          .replace("COMMIT", COMMIT);

  private static SlsaProvenance v1(String text) {
    return SlsaProvenance.read(PredicateTypes.SLSA_PROVENANCE_V1, Json.parse(bytes(text), 1 << 20));
  }

  private static SlsaProvenance v02(String text) {
    return SlsaProvenance.read(
        PredicateTypes.SLSA_PROVENANCE_V02, Json.parse(bytes(text), 1 << 20));
  }

  @Test
  void version1IsRead() {
    SlsaProvenance read = v1(V1);
    assertEquals("https://example.com/build/v1", read.buildType());
    assertEquals("https://example.com/builder", read.builderId());
    assertEquals(
        Optional.of(Json.of("https://example.com/pay")),
        read.externalParameters().get("repository"));
    assertTrue(read.internalParameters().members().isEmpty());
    assertEquals(2, read.resolvedDependencies().size());
    assertEquals(Optional.empty(), read.invocationId());
    assertEquals(Optional.of(Instant.parse("2026-11-22T10:00:00Z")), read.startedOn());
    assertEquals(Optional.empty(), read.finishedOn());
  }

  @Test
  void version02IsReadInTheSameTerms() {
    SlsaProvenance read = v02(V02);
    assertEquals(Optional.of("7"), read.invocationId());
    assertEquals(Optional.of(Instant.parse("2026-11-22T09:00:00Z")), read.finishedOn());
    assertTrue(read.externalParameters().get("configSource").isPresent());
    assertTrue(read.internalParameters().get("environment").isPresent());
    assertEquals(
        List.of(new SlsaProvenance.SourceCommit("git+https://example.com/pay", COMMIT)),
        read.sourceCommits());
  }

  // The SHA-1 of a file is not a commit.
  @Test
  void aSourceCommitIsThatOfAGitRepositoryOnly() {
    assertEquals(
        List.of(
            new SlsaProvenance.SourceCommit("git+https://example.com/pay@refs/heads/main", COMMIT)),
        v1(V1).sourceCommits());
  }

  @Test
  void somethingThatIsNotACommitIsNone() {
    for (String bad :
        List.of("main", COMMIT.substring(1), "C" + COMMIT.substring(1), COMMIT + "00", "")) {
      assertEquals(
          List.of(),
          v1(V1.replace("\"gitCommit\":\"" + COMMIT, "\"gitCommit\":\"" + bad)).sourceCommits());
    }
    String sha256 = COMMIT + COMMIT.substring(16);
    assertEquals(
        sha256,
        v1(V1.replace("\"gitCommit\":\"" + COMMIT, "\"gitCommit\":\"" + sha256))
            .sourceCommits()
            .getFirst()
            .commit());
  }

  @Test
  void twoCommitsForOneRepositoryAreAContradiction() {
    String both = "\"sha1\":\"" + "0".repeat(40) + "\",\"gitCommit\"";
    refused(Code.BAD_PREDICATE, () -> v1(V1.replace("\"gitCommit\"", both)));
  }

  @Test
  void provenanceThatDoesNotSayWhoOrHowIsRefused() {
    for (String part :
        List.of(
            "buildDefinition",
            "buildType",
            "externalParameters",
            "runDetails",
            "builder",
            "\"id\"")) {
      String key = part.startsWith("\"") ? part : "\"" + part + "\"";
      refused(Code.BAD_PREDICATE, () -> v1(V1.replace(key, "\"other\"")));
    }
    refused(Code.BAD_PREDICATE, () -> v1(V1.replace("https://example.com/builder", "")));
    refused(Code.BAD_PREDICATE, () -> v1(V1.replace("10:00:00Z", "10:00:00")));
    refused(Code.BAD_PREDICATE, () -> v02(V02.replace("\"builder\"", "\"other\"")));
    refused(Code.BAD_PREDICATE, () -> v02(V1));
    refused(
        Code.WRONG_PREDICATE_TYPE,
        () -> SlsaProvenance.read(PredicateTypes.SPDX, Json.object().build()));
  }

  @Test
  void unsetNullAndEmptyAreTheSame() {
    for (String text : List.of("null", "\"\"", "[]", "{}")) {
      assertTrue(SlsaProvenance.isUnset(Json.parse(bytes(text), 10)), text);
    }
    for (String text : List.of("0", "false", "\" \"", "[null]", "{\"a\":null}")) {
      assertFalse(SlsaProvenance.isUnset(Json.parse(bytes(text), 20)), text);
    }
  }
}
