package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command in README.md, docs/*.md and the examples of the help is run, each in a copy of a
 * folder that holds what the pages name. A page's {@code sh} fence holds nothing but commands.
 */
class DocsTest {

  /** Lines of {@code sh} fences that are not run here, by how they begin, with the reason. */
  private static final Map<String, String> NOT_RUN =
      Map.ofEntries(
          Map.entry("mvn ", "the build, which runs this test"),
          Map.entry("git ", "fetches the sources, which are here"),
          Map.entry("java ", "measurements, which take minutes"),
          Map.entry("kubectl apply", "needs a cluster"),
          Map.entry("curl ", "another program"),
          Map.entry("cosign ", "another program; interop runs it"),
          Map.entry("unshare ", "another program; interop runs it"),
          Map.entry("assay trust update", "needs a repository; TrustCommandsTest runs it"),
          Map.entry(
              "assay key attestation verify --device f9.pem",
              "needs a YubiKey; HardwareCommandsTest runs it with the corpus"),
          Map.entry("assay key attestation verify --tpm-certify", "needs a TPM; interop runs it"),
          Map.entry("assay key register tpm ", "needs a TPM; interop runs it"),
          Map.entry("assay key register release --subject-key \"pkcs11:", "needs a YubiKey"),
          Map.entry(
              "assay key register al ",
              "needs a security key; HardwareCommandsTest runs it with an agent of its own"),
          Map.entry("ykman ", "another program"),
          Map.entry("tpm2_", "another program; interop runs it"),
          Map.entry("interop/install", "installs the peers; interop needs it"),
          Map.entry(
              "assay key generate release --key \"pkcs11:",
              "needs a token; KeyCommandsTest runs it with SoftHSM"),
          Map.entry(
              "assay key list --",
              "needs a token or an agent; KeyCommandsTest and SshAgentKeysTest run it"),
          Map.entry("assay key public --key \"pkcs11:", "needs a token; KeyCommandsTest runs it"),
          Map.entry("assay key rotate release-2 --public-key", "needs a token"),
          Map.entry("assay sign --key \"pkcs11:", "needs a token; KeyCommandsTest runs it"),
          Map.entry("assay sign --key env:", "needs a variable; KeyReferencesTest reads one"),
          Map.entry("assay sign --key awskms:", "needs a plugin; KeyReferencesTest runs one"),
          Map.entry("assay attest --key ssh-agent:", "needs an agent; SshAgentKeysTest runs it"),
          Map.entry("assay sign --key ssh-agent:", "needs an agent; SshAgentKeysTest runs it"),
          Map.entry("assay sign --keyless", "needs services; KeylessSigningTest has them"),
          Map.entry("assay sign --signing-config", "needs services; KeylessSigningTest has them"),
          Map.entry("assay sign --fulcio-url", "needs services; KeylessSigningTest has them"),
          Map.entry(
              "assay sign --key release.key --timestamp-url",
              "needs a service; KeylessSigningTest has one"),
          Map.entry("assay conformance sign-bundle", "needs services; KeylessSigningTest has them"),
          Map.entry("softhsm2-util ", "another program"),
          Map.entry("ssh-keygen ", "another program; SshAgentKeysTest runs it"),
          Map.entry("export ", "a setting of the shell"));

  /** What the pages call things, and what they are called here: HOST, DIGEST and the folder's. */
  private static final List<Map.Entry<String, String>> SUBSTITUTIONS =
      List.of(
          Map.entry("registry\\.example/", "HOST/"),
          Map.entry("sha256:9f86d0[0-9a-f]*(\\.\\.\\.)?", "DIGEST"),
          Map.entry("(?<!--listen )127\\.0\\.0\\.1:5000/", "HOST/"),
          Map.entry("(--listen [0-9.]+):[0-9]+", "$1:0"),
          Map.entry(
              "registry serve \\./registry$", "registry serve ./registry --listen 127.0.0.1:0"),
          Map.entry("(gate serve (?!.*--listen).*)$", "$1 --listen 127.0.0.1:0"),
          Map.entry("/var/lib/assay(/ledger)?|/srv/ledger|--ledger L\\b", "LEDGER"),
          Map.entry("/mnt/safe/", "safe/"),
          Map.entry("~/", "home/"),
          Map.entry("--as-of 8821", "--as-of 8"));

  /** What a command makes, which must not be there before. */
  private static final Map<String, List<String>> MAKES =
      Map.of(
          "key generate release", List.of("release.key", "release.pub"),
          "key register release-9c", List.of("release-9c.registration.json"),
          "ledger init", List.of("ledger"),
          "save registry.example/pay:1.8 registry.example/app:1.0", List.of("release.tar"),
          "trust create", List.of("trusted_root.json"),
          "image pull 127.0.0.1:5000/app:1.0 oci-archive:./image.tar", List.of("image.tar"),
          "ledger key backup", List.of("safe/ledger-keys.json"),
          "sign --key release.key pay.tar.gz", List.of("pay.tar.gz.sigstore.json"),
          "prove CVE-2021-44228 -o proof.json", List.of("proof.json"));

  private static final Pattern STATUS = Pattern.compile("\\bexit (?:status )?([0-9])\\b");

  @TempDir static Path root;
  private static Optional<Sandbox> sandbox = Optional.empty();
  private static String digest = "";
  private static int copies;

  @BeforeAll
  static void prepare() throws IOException {
    Sandbox made = new Sandbox(root.resolve("template"));
    sandbox = Optional.of(made);
    made.release();
    String image = made.ok("image", "digest", made.host() + "/pay:1.8").lastLine();
    digest = Sandbox.digest(image).toString();
  }

  @AfterAll
  static void end() {
    sandbox.ifPresent(Sandbox::close);
  }

  private record Line(String where, String text) {}

  private static Path checkout() {
    return Path.of(System.getProperty("assay.root")).toAbsolutePath().normalize();
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(checkout().resolve("README.md")));
    try (Stream<Path> docs = Files.list(checkout().resolve("docs"))) {
      docs.filter(p -> p.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  private static List<Line> lines() throws IOException {
    List<Line> out = new ArrayList<>();
    for (Path page : pages()) {
      boolean shell = false;
      String pending = "";
      int number = 0;
      for (String line : Files.readAllLines(page)) {
        number++;
        if (line.strip().startsWith("```")) {
          shell = line.strip().equals("```sh");
          continue;
        }
        if (!shell || line.isBlank()) {
          continue;
        }
        if (line.endsWith("\\")) {
          pending += line.substring(0, line.length() - 1).strip() + " ";
          continue;
        }
        out.add(new Line(page.getFileName() + ":" + number, (pending + line.strip()).strip()));
        pending = "";
      }
      assertEquals("", pending, page + " ends within a command");
    }
    for (CommandSpec spec : Commands.all()) {
      spec.examples().forEach(e -> out.add(new Line("assay " + spec.name() + " --help", e)));
    }
    return out;
  }

  @TestFactory
  Stream<DynamicTest> everyCommandEndsAsThePageSays() throws IOException {
    return lines().stream()
        .map(l -> DynamicTest.dynamicTest(l.where() + "  " + l.text(), () -> check(l)));
  }

  private static void check(Line line) throws Exception {
    String text = line.text();
    if (text.startsWith("#") || NOT_RUN.keySet().stream().anyMatch(text::startsWith)) {
      return;
    }
    int expected = 0;
    int comment = text.indexOf(" #");
    if (comment >= 0) {
      Matcher status = STATUS.matcher(text.substring(comment));
      expected = status.find() ? Integer.parseInt(status.group(1)) : 0;
      text = text.substring(0, comment).strip();
    }
    text = text.replaceFirst("^kubectl get pods -A -o json \\| assay ", "assay <pods.json ");
    text = text.replaceFirst("^source <\\((assay [^)]*)\\)$", "$1");
    text = text.replaceFirst("^\\./assay ", "assay ");
    if (!text.startsWith("assay ")) {
      fail("neither run nor listed as not run: " + line);
    }
    run(text.substring("assay ".length()), expected);
  }

  private static void run(String command, int expected) throws Exception {
    Sandbox template = sandbox.orElseThrow();
    Path folder = template.copyTo(root.resolve("copy-" + ++copies));
    for (Map.Entry<String, List<String>> made : MAKES.entrySet()) {
      if (command.startsWith(made.getKey())) {
        for (String name : made.getValue()) {
          Sandbox.delete(folder.resolve(name));
        }
      }
    }
    String text = command;
    for (Map.Entry<String, String> entry : SUBSTITUTIONS) {
      text = text.replaceAll(entry.getKey(), entry.getValue());
    }
    text =
        text.replaceAll(
                "(?<!--ledger )\\bLEDGER\\b",
                text.contains("ledger ") ? "ledger" : "--ledger ledger")
            .replace("LEDGER", "ledger")
            .replace("HOST", template.host())
            .replace("DIGEST", digest);
    assertFalse(
        text.matches(".*(\\.example/|\\.\\.\\.|/var/|/srv/|/mnt/|:5000).*"),
        "a name that is not known here: " + text);

    byte[] in = {};
    Optional<String> output = Optional.empty();
    List<String> words = new ArrayList<>(List.of(text.split(" +")));
    if (words.getFirst().startsWith("<")) {
      in = Files.readAllBytes(folder.resolve(words.removeFirst().substring(1)));
    }
    int redirection = words.indexOf(">");
    if (redirection >= 0) {
      output = Optional.of(words.get(redirection + 1));
      words = words.subList(0, redirection);
    }
    assertTrue(
        words.stream().noneMatch(w -> w.matches(".*[|<>;&$`].*")), "not one command: " + text);

    Map<String, String> environment = Sandbox.environment(folder);
    environment.put("ASSAY_LEDGER", folder.resolve("ledger").toString());
    boolean demo = words.getFirst().equals("demo");
    // The demo acts now; what the pages tell of happened in November 2026.
    Clock clock =
        demo
            ? Clock.systemUTC()
            : Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);
    if (words.contains("serve") || words.contains("--serve")) {
      stay(folder, environment, clock, words, expected);
      return;
    }
    Sandbox.Ran ran = Sandbox.run(folder, environment, in, clock, words);
    assertEquals(expected, ran.status(), text + "\n" + ran.all());
    if (output.isPresent()) {
      Files.writeString(folder.resolve(output.get()), ran.out(), StandardCharsets.UTF_8);
    }
  }

  private static void stay(
      Path folder, Map<String, String> environment, Clock clock, List<String> words, int expected)
      throws Exception {
    String ready = words.contains("demo") ? "status page: http://" : "https?://[0-9.]+:[0-9]+";
    try (Sandbox.Staying staying = new Sandbox.Staying(folder, environment, clock, words)) {
      assertTrue(staying.says(ready), () -> words + " did not start:\n" + staying.printed());
      assertEquals(expected, staying.end(), () -> words + "\n" + staying.printed());
      Matcher kept = Pattern.compile("kept: (\\S+)").matcher(staying.printed());
      if (kept.find()) {
        Sandbox.delete(Path.of(kept.group(1)));
      }
    }
  }

  @Test
  void everyCommandOfAPageStandsInAFence() throws IOException {
    for (Path page : pages()) {
      boolean fenced = false;
      for (String line : Files.readAllLines(page)) {
        if (line.strip().startsWith("```")) {
          fenced = !fenced && line.strip().equals("```sh");
          continue;
        }
        assertFalse(
            !fenced && line.matches("( {4}|\\$ )(\\./)?assay .*"),
            page + ": not in a fence: " + line);
      }
    }
  }

  // In running text commands stand in backquotes, often without what they would need.
  @Test
  void everyCommandAndOptionThatAPageMentionsExists() throws IOException {
    Pattern mention = Pattern.compile("`(?:\\./)?assay ([^`]+)`");
    List<Path> pages = new ArrayList<>(pages());
    for (String name : List.of("SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")) {
      pages.add(checkout().resolve(name));
    }
    try (Stream<Path> codes = Files.list(checkout().resolve("docs/codes"))) {
      codes.forEach(pages::add);
    }
    int found = 0;
    for (Path page : pages) {
      Matcher matcher = mention.matcher(Files.readString(page).replaceAll("\\s+", " "));
      while (matcher.find()) {
        found++;
        exists(page, matcher.group(1));
      }
    }
    assertTrue(found > 50, "mentions found: " + found);
  }

  private static void exists(Path page, String text) {
    List<String> words = List.of(text.strip().split(" "));
    String where = page.getFileName() + ": assay " + text;
    if (words.getFirst().startsWith("--") || words.getFirst().equals("COMMAND")) {
      return;
    }
    List<String> named = words.stream().filter(w -> w.matches("[a-z-]+")).toList();
    Optional<Commands.Match> match = Commands.find(words);
    if (match.isEmpty()) {
      assertTrue(
          words.size() <= 2 && !Commands.inGroup(named.getFirst()).isEmpty(),
          "no command: " + where);
      return;
    }
    CommandSpec spec = match.get().entry().spec();
    Matcher option = Pattern.compile("(?<![^ \\[])--([a-z-]+)").matcher(text);
    while (option.find()) {
      String name = option.group(1);
      assertTrue(
          name.equals("help") || spec.options().stream().anyMatch(o -> o.name().equals(name)),
          "no option --" + name + ": " + where);
    }
  }

  @Test
  void thePoliciesOfThePagesCanBeUsed() throws IOException {
    for (String page : List.of("policy", "verify", "hardware")) {
      Matcher policy =
          Pattern.compile("(?ms)^ {4}apiVersion: assay\\.dev/v1$.*?(?=^\\S)")
              .matcher(Files.readString(checkout().resolve("docs/" + page + ".md")));
      assertTrue(policy.find(), page);
      Path folder = sandbox.orElseThrow().copyTo(root.resolve("policy-of-" + page));
      Files.writeString(folder.resolve("policy.yaml"), policy.group().stripIndent());
      Sandbox.Ran ran =
          Sandbox.run(
              folder,
              Sandbox.environment(folder),
              new byte[0],
              Clock.systemUTC(),
              List.of("policy", "check", "policy.yaml"));
      assertEquals(0, ran.status(), page + "\n" + ran.all());
    }
  }
}
