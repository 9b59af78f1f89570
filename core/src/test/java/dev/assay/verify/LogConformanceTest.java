package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Bundle;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;
import dev.assay.trust.LogId;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.Window;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Log entries of real logs: each counts or is refused as the maker of the case says. */
class LogConformanceTest {

  /** The cases whose defect is in what the log says; all other entries are good. */
  private static final Map<String, Code> REFUSED =
      Map.ofEntries(
          // The log says another thing than the bundle.
          Map.entry("dsse-mismatch-envelope_fail", Code.LOG_ENTRY_MISMATCH),
          Map.entry("dsse-mismatch-sig_fail", Code.LOG_ENTRY_MISMATCH),
          Map.entry("dsse-invalid-sig_fail", Code.LOG_ENTRY_MISMATCH),
          Map.entry("rekor2-dsse-invalid-sig_fail", Code.LOG_ENTRY_MISMATCH),
          Map.entry("wrong-material_fail", Code.LOG_ENTRY_MISMATCH),
          Map.entry("rekor2-dsse-mismatch-envelope_fail", Code.LOG_ENTRY_MISMATCH),
          Map.entry("rekor2-dsse-mismatch-sig_fail", Code.LOG_ENTRY_MISMATCH),
          Map.entry("signature-mismatch_fail", Code.LOG_ENTRY_MISMATCH),
          Map.entry("wrong-hashedrekord-artifact_fail", Code.LOG_ENTRY_MISMATCH),
          Map.entry("wrong-hashedrekord-cert-and-sig_fail", Code.LOG_ENTRY_MISMATCH),
          Map.entry("wrong-hashedrekord-entry_fail", Code.LOG_ENTRY_MISMATCH),
          // The log did not say it.
          Map.entry("checkpoint-bad-keyhint_fail", Code.NOTE_NOT_SIGNED),
          Map.entry("checkpoint-wrong-roothash_fail", Code.NOT_INCLUDED),
          Map.entry("inclusion-proof-corrupted-hash_fail", Code.NOT_INCLUDED),
          Map.entry("rekor2-checkpoint-missing-log-signature_fail", Code.BAD_NOTE),
          Map.entry("rekor2-checkpoint-missing-origin_fail", Code.BAD_CHECKPOINT),
          Map.entry("rekor2-checkpoint-missing-root-hash_fail", Code.BAD_CHECKPOINT),
          Map.entry("rekor2-checkpoint-missing-size_fail", Code.BAD_CHECKPOINT),
          Map.entry("rekor2-checkpoint-no-matching-signature_fail", Code.WRONG_ORIGIN),
          Map.entry("set-invalid-signature_fail", Code.LOG_PROMISE_INVALID),
          // The log is not trusted.
          Map.entry("trust-root-tlog-missing-validity-start_fail", Code.LOG_UNTRUSTED));

  private static Path corpus(String folder) {
    String set = System.getProperty("ASSAY_CORPUS", System.getenv("ASSAY_CORPUS"));
    Path corpus =
        set != null
            ? Path.of(set)
            : Path.of(System.getProperty("assay.root", "..")).resolve("../shared/corpus");
    Path found = corpus.resolve(folder);
    Assumptions.assumeTrue(Files.isDirectory(found), "no corpus at " + found);
    return found;
  }

  private static TrustRoot root(Path file) throws IOException {
    byte[] document = Files.readAllBytes(file);
    List<TrustRoot.Log> logs = new ArrayList<>();
    for (Fields log : Fields.of(Json.parse(document, 1 << 20), "root").objects("tlogs", 32)) {
      Fields key = log.object("publicKey");
      PublicKey publicKey = PublicKey.fromSpki(key.base64("rawBytes"));
      Fields time = key.object("validFor");
      logs.add(
          new TrustRoot.Log(
              log.string("baseUrl"),
              publicKey,
              SignatureScheme.usual(publicKey.algorithm()),
              LogId.of(log.object("logId").base64("keyId")),
              new Window(time.optionalTime("start"), time.optionalTime("end")),
              Optional.empty()));
    }
    return new TrustRoot(Hashes.sha256Digest(document), logs, List.of(), List.of(), List.of());
  }

  private static SignedMaterial material(Bundle bundle, Path folder, Path common)
      throws IOException {
    SignedMaterial.Signer signer;
    if (bundle.material() instanceof Bundle.Certificates certificates) {
      Certificate leaf = Certificate.parse(certificates.leaf().bytes());
      signer = SignedMaterial.Signer.of(leaf, SignatureScheme.usual(leaf.key().algorithm()));
    } else {
      PublicKey key = PublicKey.fromPem(Files.readAllBytes(folder.resolve("key.pub")));
      signer = SignedMaterial.Signer.of(key, SignatureScheme.usual(key.algorithm()));
    }
    if (bundle.content() instanceof Bundle.Envelope envelope) {
      return SignedMaterial.ofEnvelope(envelope.dsse(), signer);
    }
    Path own = folder.resolve("artifact");
    byte[] artifact = Files.readAllBytes(Files.exists(own) ? own : common.resolve("a.txt"));
    return SignedMaterial.ofMessage(
        Hashes.digest(signer.scheme().hash().orElseThrow(), artifact),
        ((Bundle.MessageSignature) bundle.content()).signature(),
        signer);
  }

  @Test
  void entriesCountOrNotAsTheCasesSay() throws IOException {
    Path cases = corpus("sigstore-conformance");
    Path publicRoot = corpus("sigstore-root").resolve("trusted_root.json");
    CheckpointCache cache = new CheckpointCache(CheckpointCache.USUAL_SIZE);
    Map<String, Code> refused = new TreeMap<>();
    int good = 0;
    List<Path> folders;
    try (Stream<Path> all = Files.list(cases)) {
      folders = all.filter(f -> Files.exists(f.resolve("bundle.sigstore.json"))).sorted().toList();
    }
    for (Path folder : folders) {
      String name = folder.getFileName().toString();
      Bundle bundle;
      SignedMaterial signed;
      try {
        bundle = Bundle.parse(Files.readAllBytes(folder.resolve("bundle.sigstore.json")));
        signed = material(bundle, folder, cases.resolve("_common"));
      } catch (AssayException e) {
        // The bundle or the key beside it cannot be read.
        assertTrue(name.endsWith("_fail"), name);
        continue;
      }
      Path own = folder.resolve("trusted_root.json");
      LogCheck.Result result =
          LogCheck.verify(bundle, signed, root(Files.exists(own) ? own : publicRoot), cache);
      assertEquals(
          bundle.logEntries().size(), result.logged().size() + result.refused().size(), name);
      if (result.refused().isEmpty()) {
        good++;
        assertTrue(bundle.version() == Bundle.Version.V0_1 || included(result), name);
      } else {
        assertTrue(name.endsWith("_fail"), name + ": " + result.refused());
        refused.put(name, result.refused().getFirst().code().orElseThrow());
      }
    }
    assertEquals(new TreeMap<>(REFUSED), refused);
    assertTrue(good >= 24, "good: " + good);
  }

  @Test
  void entriesOfRealBuildersCount() throws IOException {
    TrustRoot root = root(corpus("sigstore-root").resolve("trusted_root.json"));
    CheckpointCache cache = new CheckpointCache(CheckpointCache.USUAL_SIZE);
    Map<String, Integer> good = new TreeMap<>();
    Map<String, String> refused = new TreeMap<>();
    for (String folder : List.of("gh-attestation", "slsa-verifier/cli")) {
      List<Path> files;
      try (Stream<Path> all = Files.walk(corpus(folder))) {
        files = all.filter(Files::isRegularFile).sorted().toList();
      }
      for (Path file : files) {
        for (Json json : documents(file)) {
          verify(json, file, root, cache, good, refused);
        }
      }
    }
    // The makers altered the statements or the signatures of these, and say so in their names.
    refused.keySet().forEach(name -> assertTrue(name.contains("invalid"), refused.toString()));
    assertTrue(refused.size() >= 6, refused.toString());
    assertTrue(good.getOrDefault("dsse 0.0.1", 0) >= 5, good.toString());
    assertTrue(good.getOrDefault("intoto 0.0.2", 0) >= 40, good.toString());
  }

  private static void verify(
      Json json,
      Path file,
      TrustRoot root,
      CheckpointCache cache,
      Map<String, Integer> good,
      Map<String, String> refused)
      throws IOException {
    Bundle bundle;
    SignedMaterial signed;
    try {
      bundle = Bundle.of(json);
      // A key is not beside its bundles here; an artifact neither.
      if (!(bundle.material() instanceof Bundle.Certificates)
          || !(bundle.content() instanceof Bundle.Envelope)) {
        return;
      }
      signed = material(bundle, file, file);
    } catch (AssayException e) {
      return;
    }
    LogCheck.Result result = LogCheck.verify(bundle, signed, root, cache);
    for (LogCheck.Logged logged : result.logged()) {
      good.merge(logged.entry().kind() + " " + logged.entry().version(), 1, Integer::sum);
      assertTrue(logged.promisedAt().isPresent(), file.toString());
    }
    for (Check check : result.refused()) {
      refused.put(file.getFileName().toString(), check.toJson().compact());
    }
  }

  /** The bundles in a file: alone, a line each, or within the answer of a package registry. */
  private static List<Json> documents(Path file) throws IOException {
    List<Json> out = new ArrayList<>();
    if (Files.size(file) > 1 << 20) {
      return out;
    }
    try {
      collect(Json.parse(Files.readAllBytes(file), 1 << 20), out);
    } catch (AssayException e) {
      for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")) {
        try {
          collect(Json.parse(line.getBytes(StandardCharsets.ISO_8859_1), 1 << 20), out);
        } catch (AssayException notJson) {
          return out;
        }
      }
    }
    return out;
  }

  private static void collect(Json json, List<Json> out) {
    if (json instanceof Json.Arr array) {
      array.elements().forEach(e -> collect(e, out));
    } else if (Bundle.isBundle(json)) {
      out.add(json);
    } else if (json instanceof Json.Obj object) {
      object.members().values().forEach(e -> collect(e, out));
    }
  }

  private static boolean included(LogCheck.Result result) {
    return result.logged().stream().allMatch(LogCheck.Logged::included);
  }
}
