package dev.assay.adversary;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.attest.Bundle;
import dev.assay.attest.EvidenceReader;
import dev.assay.attest.OciSignature;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.PublicKey;
import dev.assay.policy.TrustPolicy;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustRootReader;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.History;
import dev.assay.verify.Requirement;
import dev.assay.verify.SignatureMath;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every row of what slsa-verifier's own suite expects. Source repository and ref are asked of the
 * certificate, in which the authority wrote them down, so that a row that differs in them is
 * refused by identity, also where the signature's log entry would have to be looked up online.
 */
class SlsaVerifierTest {

  /** What became of a row; each is one of these. */
  private enum Fate {
    VERIFIED_AS_EXPECTED,
    REFUSED_AS_EXPECTED,
    /** A bare envelope whose log entry is elsewhere: everything else of the row holds. */
    TIME_NOT_PROVEN,
    /** The difference is in what is not signed, or not cryptography's to judge. */
    POLICY_OUTSIDE,
    /** The corpus has not the evidence itself. */
    NOT_IN_CORPUS,
    UNCLASSIFIED
  }

  private static final String ISSUER = "https://token.actions.githubusercontent.com";
  private static final String GENERATOR =
      "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/";
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  // Of npm's registry; its SHA-256 is the key ID that its attestations name.
  private static final String NPM =
      """
      -----BEGIN PUBLIC KEY-----
      MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1Olb3zMAFFxXKHiIkQO5cJ3Yhl5i
      6UPp+IhuteBJbuHcA5UogKo0EWtlWwW6KSaKoTNEYL7JlCQiVnkhBktUgg==
      -----END PUBLIC KEY-----
      """;

  private static final String COUNTS =
      """
      github-artifact REFUSED_AS_EXPECTED=660
      github-artifact TIME_NOT_PROVEN=120
      github-artifact VERIFIED_AS_EXPECTED=100
      github-container-based REFUSED_AS_EXPECTED=21
      github-container-based VERIFIED_AS_EXPECTED=6
      github-image NOT_IN_CORPUS=27
      github-image POLICY_OUTSIDE=3
      github-image REFUSED_AS_EXPECTED=40
      github-image VERIFIED_AS_EXPECTED=9
      google-cloud-build-image POLICY_OUTSIDE=11
      google-cloud-build-image REFUSED_AS_EXPECTED=19
      google-cloud-build-image VERIFIED_AS_EXPECTED=13
      npm POLICY_OUTSIDE=22
      npm REFUSED_AS_EXPECTED=15
      npm VERIFIED_AS_EXPECTED=17
      vsa POLICY_OUTSIDE=2
      vsa VERIFIED_AS_EXPECTED=1
      """;

  private static Path folder;
  private static Json.Obj large;
  private static Trust trust;
  private static List<Signer> googleKeys;

  @Test
  void everyRowIsClassified() throws IOException {
    folder = AdversaryCorpus.folder("slsa-verifier");
    large = json(folder.resolve("large-artifacts.json"));
    trust =
        Trust.of(
            List.of(
                TrustRootReader.read(
                    Files.readAllBytes(
                        AdversaryCorpus.folder("sigstore-root").resolve("trusted_root.json")))));
    googleKeys = new ArrayList<>();
    try (Stream<Path> keys = Files.list(folder.resolve("gcb-keys"))) {
      for (Path key : keys.sorted().toList()) {
        googleKeys.add(
            TrustedKey.always(
                key.getFileName().toString(), PublicKey.fromPem(Files.readAllBytes(key))));
      }
    }
    Map<String, Integer> counts = new TreeMap<>();
    List<String> unclassified = new ArrayList<>();
    int rows = 0;
    for (String line : Files.readAllLines(folder.resolve("expected.jsonl"))) {
      Row row = new Row((Json.Obj) Json.parse(Text.utf8(line), 1 << 20));
      rows++;
      String why = "";
      Fate fate;
      try {
        Outcome outcome = row.judge();
        fate = outcome.fate;
        why = outcome.why;
      } catch (NoEvidence e) {
        fate = Fate.NOT_IN_CORPUS;
      }
      counts.merge(row.suite + " " + fate, 1, Integer::sum);
      if (fate == Fate.UNCLASSIFIED) {
        unclassified.add(row + ": " + why);
      }
    }
    assertEquals(List.of(), unclassified, counts.toString());
    assertEquals(1086, rows);
    StringBuilder found = new StringBuilder();
    counts.forEach((what, count) -> found.append(what).append('=').append(count).append('\n'));
    assertEquals(COUNTS, found.toString());
  }

  private record Outcome(Fate fate, String why) {}

  private static final class NoEvidence extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static Json.Obj json(Path file) throws IOException {
    return (Json.Obj) Json.parse(Files.readAllBytes(file), 64 << 20);
  }

  private static Optional<String> text(Json.Obj object, String name) {
    return object.get(name).orElse(null) instanceof Json.Str s
        ? Optional.of(s.value())
        : Optional.empty();
  }

  private static List<Json> list(Json value, String... path) {
    Json at = value;
    for (String step : path) {
      at = ((Json.Obj) at).get(step).orElse(new Json.Arr(List.of()));
    }
    return ((Json.Arr) at).elements();
  }

  private static List<String> texts(List<Json> values) {
    return values.stream().map(v -> v instanceof Json.Str s ? s.value() : "").toList();
  }

  private static final class Row {
    private final String suite;
    private final String name;
    private final String expect;
    private final Json.Obj json;

    Row(Json.Obj json) {
      this.json = json;
      suite = text(json, "suite").orElseThrow();
      name = text(json, "name").orElseThrow();
      expect = text(json, "expect").orElseThrow();
    }

    @Override
    public String toString() {
      return suite + " " + name + " " + text(json, "provenance").orElse("") + " " + expect;
    }

    Outcome judge() throws IOException {
      switch (suite) {
        case "google-cloud-build-image" -> {
          return google();
        }
        case "npm" -> {
          return npm();
        }
        case "vsa" -> {
          return summary();
        }
        default -> {
          return github();
        }
      }
    }

    private Path file(String path) {
      return folder.resolve("cli").resolve(path);
    }

    private Subject subject(Digest.Algorithm algorithm) throws IOException {
      String artifact = texts(list(json, "artifacts")).getFirst();
      Optional<String> given = text(json, "imageDigest");
      Path digest = file(artifact + ".digest");
      if (given.isPresent() || Files.exists(digest)) {
        return Subject.of(
            artifact, Digest.parse(given.isPresent() ? given.get() : Files.readString(digest)));
      }
      Optional<Json> known = large.get("cli/" + artifact);
      if (known.isPresent()) {
        return Subject.of(
            artifact,
            new Digest(algorithm, text((Json.Obj) known.get(), algorithm.id()).orElseThrow()));
      }
      if (!Files.isRegularFile(file(artifact))) {
        throw new NoEvidence();
      }
      return Subject.of(artifact, Hashes.digest(algorithm, Files.readAllBytes(file(artifact))));
    }

    private List<Candidate> candidates() throws IOException {
      Optional<String> provenance = text(json, "provenance");
      if (provenance.isEmpty()) {
        return layers();
      }
      List<Candidate> out = new ArrayList<>();
      for (EvidenceReader.Piece piece :
          EvidenceReader.pieces(Files.readAllBytes(file(provenance.get())), 64 << 20)) {
        out.add(Candidate.of(provenance.get(), piece.bytes(), piece.bundle()));
      }
      return out;
    }

    // Attestations as cosign saved them: layers of any manifest that are envelopes.
    private List<Candidate> layers() throws IOException {
      Path blobs = file(texts(list(json, "artifacts")).getFirst()).resolve("blobs/sha256");
      List<Candidate> out = new ArrayList<>();
      if (Files.isDirectory(blobs)) {
        try (Stream<Path> files = Files.list(blobs)) {
          for (Path blob : files.sorted().toList()) {
            byte[] content = Files.readAllBytes(blob);
            if (content.length == 0
                || content[0] != '{'
                || !Text.utf8(content).contains(OciSignature.ENVELOPE)) {
              continue;
            }
            for (Json layer : list(Json.parse(content, 64 << 20), "layers")) {
              Json.Obj l = (Json.Obj) layer;
              Map<String, String> annotations = new TreeMap<>();
              ((Json.Obj) l.get("annotations").orElseThrow())
                  .members()
                  .forEach((k, v) -> annotations.put(k, ((Json.Str) v).value()));
              Path envelope = blobs.resolve(text(l, "digest").orElseThrow().substring(7));
              if (Files.exists(envelope)) {
                byte[] bytes = Files.readAllBytes(envelope);
                out.add(
                    Candidate.of(
                        blob.toString(),
                        bytes,
                        OciSignature.read(OciSignature.ENVELOPE, bytes, annotations)));
              }
            }
          }
        }
      }
      if (out.isEmpty()) {
        throw new NoEvidence();
      }
      return out;
    }

    private Check ask(Subject subject, List<Candidate> candidates, List<Signer> signers) {
      return Verifier.verify(
              subject,
              candidates,
              List.of(new Requirement.AnyEvidence(signers)),
              trust,
              History.NONE,
              NOW)
          .checks()
          .getFirst();
    }

    // ---- builders on GitHub

    private Outcome github() throws IOException {
      Subject subject = subject(Digest.Algorithm.SHA256);
      List<Candidate> candidates = candidates();
      List<Json> builders = list(json, "builderIds");
      Outcome first = null;
      for (Json builder : builders) {
        Optional<String> id =
            builder instanceof Json.Str s ? Optional.of(s.value()) : Optional.empty();
        Outcome outcome =
            github(
                delegated() && id.isPresent()
                    ? built(subject, candidates, id.get())
                    : ask(subject, candidates, List.of(signer(id))));
        if (first != null && outcome.fate != first.fate) {
          return new Outcome(Fate.UNCLASSIFIED, "differs by builder: " + first + " " + outcome);
        }
        first = first == null ? outcome : first;
      }
      if (first.fate == Fate.UNCLASSIFIED && text(json, "branch").isPresent()) {
        // The branch on which a tag was made is not in the certificate.
        Check unbranched =
            ask(subject, candidates, List.of(signer(Optional.empty(), Optional.empty())));
        return unbranched.passed() ? new Outcome(Fate.POLICY_OUTSIDE, "") : first;
      }
      return first;
    }

    // These builders are called by one of the generator's, which signs and names them in what it
    // says.
    private boolean delegated() {
      String artifact = texts(list(json, "artifacts")).getFirst();
      return artifact.startsWith("gha_delegator/")
          || artifact.startsWith("gha_maven/")
          || artifact.startsWith("gha_gradle/");
    }

    private Check built(Subject subject, List<Candidate> candidates, String builder) {
      int at = builder.indexOf('@');
      String ref =
          at < 0
              ? texts(list(json, "artifacts")).getFirst().split("/", -1)[1]
              : builder.substring(at + 1);
      String id =
          (at < 0 ? builder : builder.substring(0, at))
              + "@"
              + (ref.startsWith("refs/") ? ref : "refs/tags/" + ref);
      TrustPolicy.Provenance policy =
          new TrustPolicy.Provenance(
              List.of(new TrustPolicy.Builder(id, List.of(signer(Optional.empty())))),
              List.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty());
      return Verifier.verify(
              subject,
              candidates,
              List.of(new Requirement.Provenance(policy, List.of())),
              trust,
              History.NONE,
              NOW)
          .checks()
          .getFirst();
    }

    private CertificateSigner signer(Optional<String> builder) {
      return signer(builder, text(json, "branch"));
    }

    private CertificateSigner signer(Optional<String> builder, Optional<String> branch) {
      Map<String, NamePattern> claims = new TreeMap<>();
      String source = text(json, "source").orElseThrow();
      claims.put(
          "githubWorkflowRepository",
          NamePattern.exactly(source.startsWith("github.com/") ? source.substring(11) : source));
      branch.ifPresent(
          b -> claims.put("githubWorkflowRef", NamePattern.exactly("refs/heads/" + b)));
      text(json, "tag")
          .ifPresent(t -> claims.put("githubWorkflowRef", NamePattern.exactly("refs/tags/" + t)));
      text(json, "versionTag")
          .ifPresent(t ->
              claims.put(
                  "githubWorkflowRef",
                  NamePattern.matching(
                      "refs/tags/(" + quoted(t) + "(\\.[0-9.]+)?|" + quoted(shorter(t)) + ")")));
      return new CertificateSigner(
          "builder",
          Optional.of(NamePattern.exactly(ISSUER)),
          Optional.of(builder.map(Row::workflow).orElse(NamePattern.matching(any("[a-z0-9_-]+")))),
          Optional.empty(),
          claims,
          Optional.empty());
    }

    // v14.0 is v14.
    private static String shorter(String version) {
      String out = version;
      while (out.endsWith(".0")) {
        out = out.substring(0, out.length() - 2);
      }
      return out;
    }

    private static String any(String workflow) {
      return quoted(GENERATOR)
          + workflow
          + "\\.yml@refs/(heads/main|tags/v[0-9]+\\.[0-9]+\\.[0-9]+)";
    }

    private static String quoted(String text) {
      return text.replace(".", "\\.");
    }

    private static NamePattern workflow(String id) {
      int at = id.indexOf('@');
      if (at < 0) {
        return NamePattern.matching(quoted(id) + "@refs/tags/v[0-9]+\\.[0-9]+\\.[0-9]+");
      }
      String ref = id.substring(at + 1);
      return NamePattern.exactly(
          id.substring(0, at) + "@" + (ref.startsWith("refs/") ? ref : "refs/tags/" + ref));
    }

    private Outcome github(Check check) {
      Code code = check.code().orElse(null);
      if (expect.equals("pass")) {
        return check.passed()
            ? new Outcome(Fate.VERIFIED_AS_EXPECTED, "")
            : code == Code.NOT_LOGGED ? new Outcome(Fate.TIME_NOT_PROVEN, "") : unclassified(check);
      }
      return code == Code.WRONG_IDENTITY || code == Code.WRONG_BUILDER
          ? new Outcome(Fate.REFUSED_AS_EXPECTED, "")
          : unclassified(check);
    }

    private static Outcome unclassified(Check check) {
      return new Outcome(
          Fate.UNCLASSIFIED,
          check.code() + " " + check.detail() + " " + check.expected() + " " + check.found());
    }

    // ---- Google Cloud Build

    private Outcome google() throws IOException {
      if (text(json, "imageDigest").isEmpty() && json.get("noDigest").isPresent()) {
        // An image that is named by a tag alone is nothing that anything could be said about.
        return new Outcome(Fate.REFUSED_AS_EXPECTED, "");
      }
      Subject subject = subject(Digest.Algorithm.SHA256);
      byte[] file = Files.readAllBytes(file(text(json, "provenance").orElseThrow()));
      Check check = ask(subject, Candidate.read("provenance", file), googleKeys);
      if (expect.equals("pass")) {
        return check.passed() ? new Outcome(Fate.VERIFIED_AS_EXPECTED, "") : unclassified(check);
      }
      if (!check.passed()) {
        return check.outcome() == Check.Outcome.FAIL
            ? new Outcome(Fate.REFUSED_AS_EXPECTED, "")
            : unclassified(check);
      }
      return GOOGLE_OUTSIDE.contains(expect)
          ? new Outcome(Fate.POLICY_OUTSIDE, "")
          : unclassified(check);
    }

    // ---- npm

    private Outcome npm() throws IOException {
      Subject subject = subject(Digest.Algorithm.SHA512);
      List<Candidate> candidates = candidates();
      Map<String, NamePattern> claims =
          Map.of(
              "githubWorkflowRepository",
              NamePattern.exactly(text(json, "source").orElseThrow().substring(11)));
      CertificateSigner ci =
          new CertificateSigner(
              "ci",
              Optional.of(NamePattern.exactly(ISSUER)),
              Optional.of(NamePattern.matching("https://github\\.com/.+")),
              Optional.empty(),
              claims,
              Optional.empty());
      Check provenance = ask(subject, candidates, List.of(ci));
      Check publish =
          ask(
              subject,
              candidates,
              List.of(TrustedKey.always("npm", PublicKey.fromPem(Text.utf8(NPM)))));
      if (expect.equals("pass")) {
        return provenance.passed() && publish.passed()
            ? new Outcome(Fate.VERIFIED_AS_EXPECTED, "")
            : unclassified(provenance.passed() ? publish : provenance);
      }
      if (!provenance.passed() || !publish.passed()) {
        return new Outcome(Fate.REFUSED_AS_EXPECTED, "");
      }
      return NPM_OUTSIDE.contains(expect)
          ? new Outcome(Fate.POLICY_OUTSIDE, "")
          : unclassified(publish);
    }

    // ---- summaries

    // Their subject is a number in Google's catalogue and no digest, so no verdict is about it;
    // that
    // the key signed it is told all the same.
    private Outcome summary() throws IOException {
      byte[] file = Files.readAllBytes(file(text(json, "provenance").orElseThrow()));
      PublicKey key =
          PublicKey.fromPem(Files.readAllBytes(file(text(json, "publicKey").orElseThrow())));
      Bundle bundle = EvidenceReader.one(file, 1 << 20);
      Subject any = Subject.of("any", new byte[0]);
      Check check =
          ask(any, Candidate.read("summary", file), List.of(TrustedKey.always("google", key)));
      if (!SignatureMath.isSignedBy(key, bundle, any)
          || check.code().orElse(null) != Code.SUBJECT_MISMATCH) {
        return unclassified(check);
      }
      // What a signature calls its key is a hint.
      String named = ((Bundle.KeyHint) bundle.material()).hint();
      boolean asNamed = named.equals(text(json, "publicKeyID").orElse(""));
      return asNamed != expect.equals("pass")
          ? new Outcome(Fate.UNCLASSIFIED, named)
          : new Outcome(asNamed ? Fate.VERIFIED_AS_EXPECTED : Fate.POLICY_OUTSIDE, "");
    }
  }

  // Which source, tag and version of the builder are wanted is for a policy to say.
  private static final List<String> GOOGLE_OUTSIDE =
      List.of(
          "ErrorMismatchSource",
          "ErrorMismatchTag",
          "ErrorMismatchVersionedTag",
          "ErrorMismatchBuilderID",
          "ErrorVerifierNotSupported");

  // Name and version of the package are the subject's name, which proves nothing here; the builder
  // is the predicate's word, which Requirement.Provenance judges.
  private static final List<String> NPM_OUTSIDE =
      List.of(
          "ErrorMismatchPackageName",
          "ErrorMismatchPackageVersion",
          "ErrorInvalidBuilderID",
          "ErrorMismatchBuilderID",
          "ErrorNotSupported");
}
