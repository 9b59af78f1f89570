package dev.assay.evidence;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.attest.Statement;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.ledger.Ledger;
import dev.assay.ledger.LedgerRecord;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A real ledger in a folder, with real signatures, and short words for what happens to it. */
final class Scene implements AutoCloseable {

  static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
  static final String LOG4SHELL =
      """
      {"schema_version":"1.6.0","id":"GHSA-jfh8-c2jp-5v3q","aliases":["CVE-2021-44228"],
       "modified":"2024-05-15T06:29:00Z","affected":[{
        "package":{"ecosystem":"Maven","name":"org.apache.logging.log4j:log4j-core"},
        "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2.13.0"},{"fixed":"2.15.0"}]}]}]}
      """;
  static final String LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core@";

  final Path folder;
  final Ledger ledger;
  final PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
  private final Map<String, Long> previous = new HashMap<>();
  private final Map<String, Long> sequence = new HashMap<>();
  private Instant now = START;

  Scene(Path folder, String origin) {
    this.folder = folder;
    this.ledger = Ledger.init(folder, origin, Clock.fixed(START, ZoneOffset.UTC));
  }

  static Digest image(String name) {
    return Hashes.sha256Digest(Text.utf8(name));
  }

  static Instant at(int minutes) {
    return START.plusSeconds(60L * minutes);
  }

  PublicKey signer() {
    return key.publicKey();
  }

  long append(String type, Json.Obj body, Digest... blobs) {
    now = now.plusSeconds(1);
    return ledger.append(new LedgerRecord(type, now, body, List.of(blobs)));
  }

  long evidence(Digest subject, String predicateType, Json.Obj predicate) {
    byte[] payload =
        Statement.create(List.of(Statement.Subject.of(subject)), predicateType, predicate)
            .payload();
    byte[] signature = key.sign(Dsse.pae(Dsse.IN_TOTO, payload));
    Dsse dsse = Dsse.of(Dsse.IN_TOTO, payload, List.of(Dsse.Signature.of(signature)));
    Digest bundle = ledger.putBlob(Bundle.forDsse(Bundle.hintOf(key.publicKey()), dsse).write());
    return append(
        LedgerRecord.Types.EVIDENCE,
        Json.object()
            .put("subject", subject.toString())
            .put("repository", "127.0.0.1:5000/pay")
            .put("bundle", bundle.toString())
            .put("predicateType", predicateType)
            .put("keyId", key.publicKey().id().toString())
            .put("verified", true)
            .build(),
        bundle);
  }

  long sbom(Digest subject, String... purls) {
    List<Json> components = new ArrayList<>();
    for (String purl : purls) {
      components.add(
          Json.object()
              .put("type", "library")
              .put("name", purl.substring(purl.lastIndexOf('/') + 1).replaceAll("@.*", ""))
              .put("purl", purl)
              .build());
    }
    return evidence(
        subject,
        "https://cyclonedx.org/bom",
        Json.object()
            .put("bomFormat", "CycloneDX")
            .put("specVersion", "1.6")
            .put("components", components)
            .build());
  }

  long signature(Digest subject) {
    return evidence(subject, "https://sigstore.dev/cosign/sign/v1", Json.object().build());
  }

  long provenance(Digest subject) {
    return evidence(
        subject,
        "https://slsa.dev/provenance/v1",
        Json.object()
            .put(
                "buildDefinition",
                Json.object()
                    .put("buildType", "https://assay.dev/buildtypes/maven/v1")
                    .put("externalParameters", Json.object())
                    .put(
                        "resolvedDependencies",
                        List.of(
                            Json.object()
                                .put("uri", "git+https://git.example/pay@refs/heads/main")
                                .put(
                                    "digest",
                                    Json.object().put("gitCommit", "6cb9515".repeat(5) + "6cb95"))
                                .build())))
            .put(
                "runDetails",
                Json.object().put("builder", Json.object().put("id", "https://ci.example/builder")))
            .build());
  }

  long advisory(String document) {
    Digest content = ledger.putBlob(Text.utf8(document));
    return append(
        LedgerRecord.Types.ADVISORY,
        Json.object()
            .put("id", "GHSA-jfh8-c2jp-5v3q")
            .put("aliases", Json.strings(List.of("CVE-2021-44228")))
            .put("modified", "2024-05-15T06:29:00Z")
            .put("source", "test")
            .put("content", content.toString())
            .build(),
        content);
  }

  long decision(Digest digest, boolean allowed) {
    Digest policy =
        ledger.putBlob(
            Text.utf8(
                "key: |\n    " + key.publicKey().pem().strip().replace("\n", "\n    ") + "\n"));
    Digest verdicts = ledger.putBlob(Text.utf8("[]"));
    return append(
        LedgerRecord.Types.DECISION,
        Json.object()
            .put("uid", "u-" + ledger.size())
            .put("cluster", "prod")
            .put("namespace", "pay")
            .put("kind", "Pod")
            .put("name", "pay-7f")
            .put("operation", "CREATE")
            .put("user", "deployer")
            .put("allowed", allowed)
            .put("mode", "enforce")
            .put("policy", policy.toString())
            .put("verdicts", verdicts.toString())
            .put(
                "containers",
                List.of(
                    Json.object()
                        .put("name", "app")
                        .put("image", "pay")
                        .put("digest", digest.toString())
                        .put("verified", allowed)
                        .build()))
            .build(),
        policy,
        verdicts);
  }

  long tag(String tag, Digest digest) {
    return append(
        LedgerRecord.Types.TAG,
        Json.object()
            .put("repository", "127.0.0.1:5000/pay")
            .put("tag", tag)
            .put("digest", digest.toString())
            .build());
  }

  /** A complete snapshot of {@code prod} at a minute. */
  long snapshot(int minutes, Digest... running) {
    return snapshot("prod", minutes, true, running);
  }

  long snapshot(String cluster, int minutes, boolean complete, Digest... running) {
    List<Json> containers =
        Stream.of(running)
            .sorted()
            .<Json>map(d ->
                Json.object()
                    .put("namespace", "pay")
                    .put("workloadKind", "Deployment")
                    .put("workload", "pay-" + d.hex().substring(0, 4))
                    .put("pod", "pod")
                    .put("container", "app")
                    .put("type", "container")
                    .put("image", "127.0.0.1:5000/pay:1.0")
                    .put("digest", d.toString())
                    .build())
            .toList();
    return snapshotOf(cluster, minutes, complete, containers);
  }

  long snapshotOf(String cluster, int minutes, boolean complete, List<Json> containers) {
    Digest content =
        ledger.putBlob(
            Json.object()
                .put("cluster", cluster)
                .put("takenAt", at(minutes).toString())
                .put("complete", complete)
                .put("containers", containers)
                .build()
                .canonical());
    long before = previous.getOrDefault(cluster, -1L);
    long number = sequence.getOrDefault(cluster, 0L);
    long index =
        append(
            LedgerRecord.Types.SNAPSHOT,
            Json.object()
                .put("cluster", cluster)
                .put("takenAt", at(minutes).toString())
                .put("complete", complete)
                .put("containers", containers.size())
                .put("sequence", number)
                .put("previous", before)
                .put("content", content.toString())
                .build(),
            content);
    previous.put(cluster, index);
    sequence.put(cluster, number + 1);
    return index;
  }

  /** The next snapshot of {@code prod} will not connect to the one before. */
  void breakChain() {
    sequence.merge("prod", 1L, Long::sum);
  }

  Answer ask(Question question) {
    try (EvidenceIndex index = EvidenceIndex.inMemory()) {
      index.update(ledger);
      return index.asker().ask(question);
    }
  }

  Answer ask(String subject) {
    return ask(Question.of(Question.subject(subject)));
  }

  @Override
  public void close() {
    ledger.close();
  }
}
