package dev.assay.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.net.ByteSource;
import dev.assay.oci.Descriptor;
import dev.assay.oci.ImageLayout;
import dev.assay.oci.Manifest;
import dev.assay.oci.MediaTypes;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Authenticated;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.Verifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a judgement leaves behind: evidence becomes history only when everything was verified. */
class RegistryJudgeTest {

  private static final Verifier.Accepted SIGNED =
      new Verifier.Accepted(
          Candidate.of("bundle", Text.utf8("signed by a key that is trusted")),
          new Authenticated(
              List.of(
                  TrustedKey.always(
                      "ci", PrivateKey.generate(KeyAlgorithm.ECDSA_P256).publicKey())),
              "key",
              Optional.empty(),
              Optional.empty(),
              List.of(),
              List.of()),
          Optional.of("https://slsa.dev/provenance/v1"));

  @TempDir Path folder;
  private final List<Digest> kept = new ArrayList<>();
  private ImageLayout layout;
  private Descriptor layer;

  @BeforeEach
  void image() throws Exception {
    layout = ImageLayout.openOrCreate(folder.resolve("layout"));
    byte[] config = Text.utf8("{}");
    byte[] content = Text.utf8("the content of a layer");
    layer = Descriptor.of("application/vnd.oci.image.layer.v1.tar", content);
    Descriptor configDescriptor = Descriptor.of(MediaTypes.CONFIG, config);
    layout.writeBlob(configDescriptor, ByteSource.of(config));
    layout.writeBlob(layer, ByteSource.of(content));
    layout.writeManifest(Manifest.oci(configDescriptor, List.of(layer)), Optional.of("1"));
  }

  private Judgement judge(Check answer) {
    RegistryJudge judge =
        new RegistryJudge(
            reference -> layout,
            (subject, repository, candidates, history, at) ->
                new Verifier.Outcome(List.of(answer), List.of(SIGNED)),
            Memory.NONE,
            (subject, repository, accepted) -> {
              assertEquals(List.of(SIGNED), accepted);
              kept.add(subject);
            },
            RegistryJudge.Reading.CONTENT,
            EvidenceCache.NONE,
            InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z")));
    return judge.judge("registry.example/pay:1");
  }

  @Test
  void evidenceOfWhatWasVerifiedIsKept() {
    Judgement judgement = judge(Check.pass("provenance", "as policy asks"));
    assertTrue(judgement.verified());
    assertEquals(List.of(judgement.digest().orElseThrow()), kept);
  }

  @Test
  void evidenceOfWhatWasRefusedIsNotKeptAlthoughItsSignatureVerified() {
    Judgement judgement =
        judge(Check.fail("provenance", Code.DEPENDENCY_ORIGIN, "from the wrong registry"));
    assertEquals(Optional.of(Code.DEPENDENCY_ORIGIN), judgement.code());
    assertEquals(List.of(), kept);
  }

  @Test
  void evidenceOfAnImageWhoseBytesDifferIsNotKept() throws Exception {
    Files.writeString(layout.blobPath(layer.digest()), "the content of a Layer");
    Judgement judgement = judge(Check.pass("provenance", "as policy asks"));
    assertEquals(Optional.of(Code.DIGEST_MISMATCH), judgement.code());
    assertEquals(Code.Exit.BYTES_DIFFER, judgement.verdict().exit());
    assertEquals(List.of(), kept);
  }
}
