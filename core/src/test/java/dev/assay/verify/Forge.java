package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.attest.Octets;
import dev.assay.attest.PredicateTypes;
import dev.assay.attest.Statement;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.trust.TrustedKey;
import java.util.List;
import java.util.Optional;

/** Makes evidence, honest and not. */
final class Forge {

  static final String BUILDER = "https://ci.example/builders/release@v1";
  static final String SOURCE = "git+https://git.example/pay";
  static final String COMMIT = "6cb9515e1f0a4f5b8c6d7e8f9a0b1c2d3e4f5a6b";

  final PrivateKey key;
  final TrustedKey trusted;

  Forge(String name) {
    this(name, KeyAlgorithm.ECDSA_P256);
  }

  Forge(String name, KeyAlgorithm algorithm) {
    key = PrivateKey.generate(algorithm);
    trusted = TrustedKey.always(name, key.publicKey());
  }

  static Digest digest(String content) {
    return Hashes.sha256Digest(Text.utf8(content));
  }

  Candidate statement(Digest subject, String predicateType, Json.Obj predicate) {
    return statement(List.of(Statement.Subject.of(subject)), predicateType, predicate);
  }

  Candidate statement(List<Statement.Subject> subjects, String predicateType, Json.Obj predicate) {
    Statement statement = Statement.create(subjects, predicateType, predicate);
    return Candidate.of("bundle", envelope(Dsse.IN_TOTO, statement.payload()));
  }

  byte[] envelope(String payloadType, byte[] payload) {
    Dsse.Signature signature =
        new Dsse.Signature(Octets.of(key.sign(Dsse.pae(payloadType, payload))), Optional.empty());
    Dsse envelope = Dsse.of(payloadType, payload, List.of(signature));
    return Bundle.forDsse(Bundle.hintOf(key.publicKey()), envelope).write();
  }

  Candidate signature(Digest subject) {
    return statement(subject, PredicateTypes.COSIGN_SIGN_V1, Json.object().build());
  }

  Candidate provenance(Digest subject) {
    return provenance(subject, BUILDER, SOURCE + "@refs/heads/main", COMMIT, List.of());
  }

  Candidate provenance(
      Digest subject, String builder, String sourceUri, String commit, List<Json> packages) {
    List<Json> dependencies = new java.util.ArrayList<>();
    dependencies.add(source(sourceUri, commit));
    dependencies.addAll(packages);
    return provenance(subject, builder, dependencies);
  }

  Candidate provenance(Digest subject, String builder, List<Json> dependencies) {
    Json.Obj predicate =
        Json.object()
            .put(
                "buildDefinition",
                Json.object()
                    .put("buildType", "https://ci.example/types/release@v1")
                    .put("externalParameters", Json.object().put("workflow", "release"))
                    .put("resolvedDependencies", dependencies))
            .put("runDetails", Json.object().put("builder", Json.object().put("id", builder)))
            .build();
    return statement(subject, PredicateTypes.SLSA_PROVENANCE_V1, predicate);
  }

  static Json source(String uri, String commit) {
    return Json.object()
        .put("uri", uri)
        .put("digest", Json.object().put("gitCommit", commit))
        .build();
  }

  static Json dependency(String purl, String from, Digest digest) {
    return Json.object()
        .put("uri", purl)
        .put("downloadLocation", from)
        .put("digest", Json.object().put(digest.algorithm().id(), digest.hex()))
        .build();
  }

  Candidate sbom(Digest subject, String purl, Digest content) {
    Json.Obj predicate =
        Json.object()
            .put("bomFormat", "CycloneDX")
            .put("specVersion", "1.6")
            .put("version", 1)
            .put(
                "components",
                List.of(
                    Json.object()
                        .put("type", "library")
                        .put("name", "lib")
                        .put("purl", purl)
                        .put(
                            "hashes",
                            List.of(
                                Json.object()
                                    .put("alg", "SHA-256")
                                    .put("content", content.hex())
                                    .build()))
                        .build()))
            .build();
    return statement(subject, PredicateTypes.CYCLONEDX, predicate);
  }
}
