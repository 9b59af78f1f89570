package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.ledger.Ledger;
import dev.assay.ledger.LedgerRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AskCommandsTest {

  private static final String ADVISORY =
      "{\"id\":\"GHSA-jfh8-c2jp-5v3q\",\"aliases\":[\"CVE-2021-44228\"],"
          + "\"modified\":\"2024-05-15T06:29:00Z\",\"affected\":[{\"package\":{\"ecosystem\":"
          + "\"Maven\",\"name\":\"g:a\"},\"versions\":[\"1\"]}]}";
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String IMAGE = "sha256:" + "ab".repeat(32);

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private String logKey = "";

  @BeforeEach
  void begin() throws IOException {
    Files.writeString(folder.resolve("advisory.json"), ADVISORY);
    try (Ledger ledger =
        Ledger.init(
            folder.resolve("ledger"), "ledger.example/test", Clock.fixed(NOW, ZoneOffset.UTC))) {
      logKey = ledger.keys().getFirst().vkey();
      long previous = -1;
      for (int i = 0; i < 2; i++) {
        previous = snapshot(ledger, i, previous);
      }
    }
  }

  private static long snapshot(Ledger ledger, int sequence, long previous) {
    String taken = NOW.plusSeconds(300L * sequence).toString();
    Digest content =
        ledger.putBlob(
            Json.object()
                .put("cluster", "prod")
                .put("takenAt", taken)
                .put("complete", true)
                .put(
                    "containers",
                    List.of(
                        Json.object()
                            .put("namespace", "pay")
                            .put("workloadKind", "Deployment")
                            .put("workload", "pay")
                            .put("pod", "pay-1")
                            .put("container", "app")
                            .put("type", "container")
                            .put("image", "pay:1.0")
                            .put("digest", IMAGE)
                            .build()))
                .build()
                .canonical());
    return ledger.append(
        new LedgerRecord(
            LedgerRecord.Types.SNAPSHOT,
            NOW,
            Json.object()
                .put("cluster", "prod")
                .put("takenAt", taken)
                .put("complete", true)
                .put("containers", 1)
                .put("sequence", sequence)
                .put("previous", previous)
                .put("content", content.toString())
                .build(),
            List.of(content)));
  }

  private int run(
      Command command, CommandSpec spec, Map<String, List<String>> options, String... operands)
      throws IOException {
    out.reset();
    Context context =
        new Context(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            Map.of(
                "ASSAY_HOME", folder.resolve("home").toString(),
                "ASSAY_LEDGER", folder.resolve("ledger").toString()),
            folder,
            Clock.fixed(NOW, ZoneOffset.UTC));
    return command.run(new Arguments(spec, options, List.of(operands)), context);
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private int ask(Map<String, List<String>> options, String question) throws IOException {
    return run(AskCommands::ask, AskCommands.ASK, options, question);
  }

  @Test
  void anAdvisoryIsRecordedOnce() throws IOException {
    assertEquals(
        0, run(AskCommands::advisoryAdd, AskCommands.ADVISORY_ADD, Map.of(), "advisory.json"));
    assertTrue(printed().startsWith("recorded  GHSA-jfh8-c2jp-5v3q"), printed());
    run(AskCommands::advisoryAdd, AskCommands.ADVISORY_ADD, Map.of(), "advisory.json");
    assertTrue(printed().startsWith("recorded already"), printed());
    assertEquals(3, ask(Map.of(), "CVE-2021-44228"));
    assertTrue(printed().startsWith("UNKNOWN  CVE-2021-44228"), printed());
    assertTrue(printed().contains("no verified SBOM"), printed());
  }

  @Test
  void whatIsNoAdvisoryIsNamedAndNothingIsRecorded() throws IOException {
    Files.writeString(folder.resolve("bad.json"), "{}");
    AssayException e =
        assertThrows(
            AssayException.class,
            () ->
                run(
                    AskCommands::advisoryAdd,
                    AskCommands.ADVISORY_ADD,
                    Map.of(),
                    "advisory.json",
                    "bad.json"));
    assertEquals(Code.BAD_ADVISORY, e.code());
    assertTrue(String.valueOf(e.getMessage()).startsWith("bad.json"), e.getMessage());
    assertThrows(AssayException.class, () -> ask(Map.of(), "CVE-2021-44228"));
  }

  @Test
  void yesAndNoEndWithSuccessAndUnknownDoesNot() throws IOException {
    assertEquals(0, ask(Map.of(), IMAGE));
    assertTrue(printed().startsWith("YES  " + IMAGE + "  runs in 1 workload"), printed());
    assertTrue(printed().contains("next: assay prove " + IMAGE), printed());
    assertEquals(0, ask(Map.of(), "sha256:" + "cd".repeat(32)));
    assertTrue(printed().startsWith("NO  "), printed());
    assertEquals(3, ask(Map.of("at", List.of("2030-01-01T00:00:00Z")), IMAGE));
    assertTrue(printed().startsWith("UNKNOWN  "), printed());
    assertEquals(0, ask(Map.of("output", List.of("json")), IMAGE));
    Json.parse(Text.utf8(printed()), 1 << 20);
  }

  @Test
  void badOptionsAreRefused() {
    for (Map<String, List<String>> bad :
        List.of(
            Map.of("at", List.of("yesterday")),
            Map.of("at", List.of(NOW.toString()), "from", List.of(NOW.toString())),
            Map.of("max-gap", List.of("10 minutes")),
            Map.of("as-of", List.of("1000000")),
            Map.of("output", List.of("xml")))) {
      AssayException e = assertThrows(AssayException.class, () -> ask(bad, IMAGE));
      assertTrue(e.code().exit().status() != 0);
    }
  }

  @Test
  void aProofIsWrittenAndCheckedWithNothingButTheKey() throws IOException {
    assertEquals(
        0,
        run(AskCommands::prove, AskCommands.PROVE, Map.of("output", List.of("proof.json")), IMAGE));
    assertTrue(printed().contains("next: assay prove check proof.json --log-key"), printed());
    Files.writeString(folder.resolve("keys"), "# the log\n" + logKey + "\n");
    for (String key : List.of(logKey, "keys")) {
      assertEquals(
          0,
          run(
              AskCommands::proveCheck,
              AskCommands.PROVE_CHECK,
              Map.of("log-key", List.of(key)),
              "proof.json"));
      assertTrue(printed().startsWith("PROVEN  "), printed());
      assertTrue(printed().contains("left to trust:"), printed());
    }
    String proof = Files.readString(folder.resolve("proof.json"));
    Files.writeString(
        folder.resolve("edited.json"), proof.replace("\"answer\": \"YES\"", "\"answer\": \"NO\""));
    AssayException e =
        assertThrows(
            AssayException.class,
            () ->
                run(
                    AskCommands::proveCheck,
                    AskCommands.PROVE_CHECK,
                    Map.of("log-key", List.of(logKey)),
                    "edited.json"));
    assertEquals(Code.PROOF_INVALID, e.code());
    assertEquals(4, e.code().exit().status());
  }

  @Test
  void theIndexCanBeBuiltAgain() throws IOException {
    ask(Map.of(), IMAGE);
    String before = printed();
    assertEquals(0, run(AskCommands::reindex, AskCommands.REINDEX, Map.of()));
    assertTrue(printed().startsWith("indexed  3 records"), printed());
    ask(Map.of(), IMAGE);
    assertEquals(before, printed());
  }
}
