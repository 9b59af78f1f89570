package dev.assay.oci;

import static dev.assay.oci.Registries.client;
import static dev.assay.oci.Registries.reference;
import static dev.assay.oci.Registries.serve;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Bundle;
import dev.assay.attest.EvidenceReader;
import dev.assay.attest.OciSignature;
import dev.assay.attest.Statement;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.PublicKey;
import dev.assay.net.ByteSource;
import dev.assay.net.HttpExchange;
import dev.assay.net.HttpHandler;
import dev.assay.server.RunningServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signatures of older cosign, in a repository that cosign wrote and in ones that lie. */
class LegacySignaturesTest {

  private static final Digest IMAGE =
      Digest.parse("sha256:dbe9bee7581fb905ec28cf7714789e51389a3a347c1ebf3ed1954f2ba62aca87");
  private static final String TAG = "sha256-" + IMAGE.hex();

  @TempDir Path folder;

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            LegacySignaturesTest.class.getResourceAsStream("/cosign-registry/" + name), name)) {
      return in.readAllBytes();
    }
  }

  /** Puts what cosign left under its tags into a repository, as a mirror would. */
  private static void mirror(ImageStore store) throws IOException {
    for (String line : Text.utf8(resource("tags.txt")).lines().toList()) {
      String[] tag = line.split(" ");
      byte[] bytes = resource(Digest.parse(tag[1]).hex());
      if (Content.parse(bytes, Content.detect(bytes)) instanceof Index index) {
        for (Descriptor entry : index.manifests()) {
          push(store, resource(entry.digest().hex()), Optional.empty());
        }
      } else {
        push(store, bytes, Optional.of(tag[0]));
      }
    }
  }

  private static void push(ImageStore store, byte[] bytes, Optional<String> tag)
      throws IOException {
    Content content = Content.parse(bytes, MediaTypes.MANIFEST);
    for (Descriptor blob : content.references()) {
      store.writeBlob(blob.bare(), ByteSource.of(resource(blob.digest().hex())));
    }
    store.writeManifest(bytes, MediaTypes.MANIFEST, tag);
  }

  private static List<LegacySignatures.Found> collect(HttpHandler handler) throws Exception {
    try (RunningServer server = serve(handler);
        RegistryClient client = client()) {
      return LegacySignatures.collect(client.repository(reference(server, "app")), IMAGE);
    }
  }

  private static List<Code> failures(List<LegacySignatures.Found> found) {
    List<Code> out = new ArrayList<>();
    for (LegacySignatures.Found f : found) {
      f.failure().ifPresent(e -> out.add(e.code()));
      assertEquals(f.failure().isPresent(), f.candidate().failure().isPresent());
    }
    return out;
  }

  @Test
  void everythingCosignLeftIsFoundAndVerifies() throws Exception {
    PublicKey key = PublicKey.fromPem(resource("cosign.pub"));
    try (RunningServer server = serve(folder);
        RegistryClient client = client()) {
      RemoteRepository repository = client.repository(reference(server, "app"));
      assertEquals(List.of(), LegacySignatures.collect(repository, IMAGE));
      mirror(repository);
      List<LegacySignatures.Found> all = LegacySignatures.collect(repository, IMAGE);
      assertEquals(
          List.of(
              "referrer 69deafd59607, layer 1",
              "referrer 69deafd59607, layer 2",
              "referrer 69deafd59607, layer 3",
              "tag " + TAG + ".att",
              "tag " + TAG + ".sig, layer 1",
              "tag " + TAG + ".sig, layer 2"),
          all.stream().map(f -> f.origin().replace("sha256:", "")).toList());
      for (LegacySignatures.Found found : all) {
        Bundle bundle =
            OciSignature.read(found.layerMediaType(), found.bytes(), found.annotations());
        if (bundle.content() instanceof Bundle.SimpleSigning s) {
          assertEquals(IMAGE, s.imageDigest());
          assertTrue(key.verify(s.payload().bytes(), s.signature().bytes()));
        } else if (bundle.content() instanceof Bundle.Envelope e) {
          assertTrue(e.dsse().signedBy(key));
          assertTrue(Statement.of(e.dsse()).names(IMAGE));
        }
        // As one piece of evidence, it says the same.
        Bundle again = EvidenceReader.read(found.candidate().bytes()).getFirst();
        assertEquals(bundle.form(), again.form());
        assertEquals(bundle.material(), again.material());
      }
      Referrers listed = repository.referrers(IMAGE, Optional.empty());
      assertEquals(6, LegacySignatures.collect(repository, IMAGE, listed).size());
    }
  }

  @Test
  void theSameInALayout() throws Exception {
    ImageLayout layout = ImageLayout.openOrCreate(folder.resolve("layout"));
    mirror(layout);
    assertEquals(6, LegacySignatures.collect(layout, IMAGE).size());
    assertEquals(
        List.of(), LegacySignatures.collect(layout, Hashes.sha256Digest(Text.utf8("other"))));
  }

  // ---- what a registry can do

  private static void answer(HttpExchange e, int status, String type, byte[] body)
      throws IOException {
    e.respond(status, Map.of("Content-Type", type), body);
  }

  private static HttpHandler registry(String suffix, HttpHandler tag) {
    return e -> {
      if (e.path().endsWith(suffix)) {
        tag.handle(e);
      } else if (e.path().contains("/referrers/")) {
        answer(e, 200, MediaTypes.INDEX, Index.oci(List.of()).bytes());
      } else {
        answer(e, 404, "application/json", Text.utf8("{}"));
      }
    };
  }

  @Test
  void whatCannotBeFetchedIsNotNothing() throws Exception {
    Map<Integer, Code> codes =
        Map.of(
            429, Code.THROTTLED,
            401, Code.UNAUTHORIZED,
            403, Code.UNAUTHORIZED,
            500, Code.SERVER_ERROR,
            503, Code.SERVER_ERROR);
    for (Map.Entry<Integer, Code> entry : codes.entrySet()) {
      HttpHandler failing = e -> answer(e, entry.getKey(), "text/plain", new byte[0]);
      for (String suffix : List.of(".sig", ".att")) {
        assertEquals(
            List.of(entry.getValue()), failures(collect(registry(suffix, failing))), suffix);
      }
      assertEquals(
          List.of(entry.getValue(), entry.getValue(), entry.getValue()),
          failures(collect(failing)));
    }
    assertEquals(List.of(), collect(registry(".none", e -> {})));
  }

  private static byte[] manifest(List<Descriptor> layers) {
    return Manifest.oci(Descriptor.of(MediaTypes.CONFIG, Text.utf8("{}")), layers).bytes();
  }

  private static Descriptor layer(String type, byte[] bytes) {
    return Descriptor.of(type, bytes)
        .withAnnotations(Map.of("dev.cosignproject.cosign/signature", "AAAA"));
  }

  private static HttpHandler signatures(byte[] manifest, HttpHandler blobs) {
    HttpHandler tags = registry(".sig", e -> answer(e, 200, MediaTypes.MANIFEST, manifest));
    return e -> {
      if (e.path().contains("/blobs/")) {
        blobs.handle(e);
      } else {
        tags.handle(e);
      }
    };
  }

  @Test
  void aLayerThatIsNotItsDigest() throws Exception {
    byte[] manifest =
        manifest(List.of(layer(OciSignature.SIMPLE_SIGNING, Text.utf8("{\"critical\":1}"))));
    HttpHandler other = e -> answer(e, 200, "application/json", Text.utf8("{\"critical\":2}"));
    assertEquals(List.of(Code.DIGEST_MISMATCH), failures(collect(signatures(manifest, other))));
    HttpHandler gone = e -> answer(e, 404, "application/json", Text.utf8("{}"));
    assertEquals(List.of(Code.CONTENT_MISSING), failures(collect(signatures(manifest, gone))));
  }

  @Test
  void whatIsTooLargeOrNoSignatureIsNotFetched() throws Exception {
    Digest digest = Hashes.sha256Digest(new byte[0]);
    AtomicInteger fetched = new AtomicInteger();
    HttpHandler blobs = e -> fetched.incrementAndGet();
    byte[] manifest =
        manifest(
            List.of(
                Descriptor.of(OciSignature.SIMPLE_SIGNING, digest, Limits.DOCUMENT_BYTES + 1L),
                Descriptor.of(OciSignature.ENVELOPE, digest, Limits.EVIDENCE_BYTES + 1L),
                Descriptor.of(OciSignature.ENVELOPE, digest, Long.MAX_VALUE),
                Descriptor.of("application/spdx+json", digest, 5)));
    assertEquals(
        List.of(Code.TOO_LARGE, Code.TOO_LARGE, Code.TOO_LARGE),
        failures(collect(signatures(manifest, blobs))));
    assertEquals(0, fetched.get());
  }

  @Test
  void oneLayerIsFetchedOnceAndManyAreBounded() throws Exception {
    byte[] payload = Text.utf8("{\"critical\":{}}");
    List<Descriptor> layers = new ArrayList<>();
    for (int i = 0; i <= Limits.REFERRERS; i++) {
      layers.add(layer(OciSignature.SIMPLE_SIGNING, payload));
    }
    AtomicInteger fetched = new AtomicInteger();
    HttpHandler blobs =
        e -> {
          fetched.incrementAndGet();
          answer(e, 200, "application/octet-stream", payload);
        };
    List<LegacySignatures.Found> found = collect(signatures(manifest(layers), blobs));
    assertEquals(1, fetched.get());
    assertEquals(Limits.REFERRERS + 1, found.size());
    assertEquals(List.of(Code.TOO_MANY), failures(found));
    assertArrayEquals(payload, found.getFirst().bytes());
  }

  @Test
  void aTagThatIsAListOfImages() throws Exception {
    HttpHandler index =
        registry(".att", e -> answer(e, 200, MediaTypes.INDEX, Index.oci(List.of()).bytes()));
    assertEquals(List.of(Code.BAD_MEDIA_TYPE), failures(collect(index)));
  }

  @Test
  void aReferrerOfAnotherImage() throws Exception {
    byte[] referrer = resource("69deafd5960736a498fb0c815b6c838fc790de4f58a712eb226cad1c852fe018");
    Digest other = Hashes.sha256Digest(Text.utf8("other"));
    Descriptor entry =
        Descriptor.of(MediaTypes.MANIFEST, referrer)
            .withArtifactType(Optional.of("application/vnd.dev.cosign.artifact.sig.v1+json"));
    HttpHandler lying =
        e -> {
          if (e.path().contains("/referrers/")) {
            answer(e, 200, MediaTypes.INDEX, Index.oci(List.of(entry)).bytes());
          } else if (e.path().endsWith(entry.digest().toString())) {
            answer(e, 200, MediaTypes.MANIFEST, referrer);
          } else {
            answer(e, 404, "application/json", Text.utf8("{}"));
          }
        };
    try (RunningServer server = serve(lying);
        RegistryClient client = client()) {
      List<LegacySignatures.Found> found =
          LegacySignatures.collect(client.repository(reference(server, "app")), other);
      assertEquals(List.of(Code.SUBJECT_MISMATCH), failures(found));
      assertFalse(found.stream().anyMatch(f -> f.failure().isEmpty()));
    }
  }

  /** Indexes that were written under the tag before 2026 say nothing but the digest. */
  @Test
  void aReferrerThatTheFallbackTagDescribesBadly() throws Exception {
    for (String type : List.of("", MediaTypes.EMPTY)) {
      byte[] referrer =
          resource("69deafd5960736a498fb0c815b6c838fc790de4f58a712eb226cad1c852fe018");
      Descriptor entry =
          Descriptor.of(MediaTypes.MANIFEST, referrer)
              .withArtifactType(Optional.of(type).filter(t -> !t.isEmpty()));
      HttpHandler old =
          e -> {
            String name = e.path().substring(e.path().lastIndexOf('/') + 1);
            if (name.equals(TAG)) {
              answer(e, 200, MediaTypes.INDEX, Index.oci(List.of(entry)).bytes());
            } else if (name.startsWith("sha256:") && !e.path().contains("/referrers/")) {
              boolean manifest = e.path().contains("/manifests/");
              answer(
                  e,
                  200,
                  manifest ? MediaTypes.MANIFEST : "application/octet-stream",
                  resource(name.substring("sha256:".length())));
            } else {
              answer(e, 404, "application/json", Text.utf8("{}"));
            }
          };
      List<LegacySignatures.Found> found = collect(old);
      assertEquals(List.of(), failures(found));
      assertEquals(3, found.size());
    }
  }
}
