package dev.assay.oci;

import static dev.assay.oci.Registries.LAYER;
import static dev.assay.oci.Registries.client;
import static dev.assay.oci.Registries.reference;
import static dev.assay.oci.Registries.serve;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Bundle;
import dev.assay.attest.OciLayer;
import dev.assay.attest.OciSignature;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.net.ByteSource;
import dev.assay.server.RunningServer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many write the one manifest of an image's older signatures: none may lose another's. */
class SignatureTagTest {

  private static final PrivateKey KEY = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);

  @TempDir Path folder;
  private RegistryServer registry;

  @BeforeEach
  void registry() {
    registry = new RegistryServer(folder.resolve("registry"), Clock.systemUTC());
  }

  private static OciLayer signature(Digest image, String by) {
    byte[] payload = OciLayer.payload("r.example/app:1", image, Map.of("by", Json.of(by)));
    return OciLayer.signature(
        payload, Bundle.forMessage("", Hashes.sha256Digest(payload), KEY.sign(payload)), List.of());
  }

  private static String tag(Digest image) {
    return RemoteReferrers.fallbackTag(image) + ".sig";
  }

  /** Who signed, by what readers find. */
  private static Set<String> signers(ImageStore store, Digest image) {
    Set<String> out = new TreeSet<>();
    for (LegacySignatures.Found found : LegacySignatures.collect(store, image)) {
      assertTrue(found.failure().isEmpty(), String.valueOf(found.failure()));
      Bundle read = OciSignature.read(found.layerMediaType(), found.bytes(), found.annotations());
      Bundle.SimpleSigning simple = (Bundle.SimpleSigning) read.content();
      assertTrue(KEY.publicKey().verify(simple.payload().bytes(), simple.signature().bytes()));
      boolean other = simple.optional().get("by") instanceof Json.Str by && out.add(by.value());
      assertTrue(other, "the same one twice");
    }
    return out;
  }

  private static Code code(Runnable action) {
    return assertThrows(AssayException.class, action::run).code();
  }

  @Test
  void eachIsAddedOnceAndNoneIsLost() throws Exception {
    try (RunningServer server = serve(registry);
        RegistryClient client = client()) {
      RemoteRepository store = client.repository(reference(server, "app"));
      Digest image = Registries.push(store, LAYER, "1").digest();
      SignatureTag.Written first = SignatureTag.add(store, image, signature(image, "a"));
      assertEquals(tag(image), first.tag());
      SignatureTag.add(store, image, signature(image, "b"));
      SignatureTag.Written again = SignatureTag.add(store, image, signature(image, "a"));
      assertEquals(Set.of("a", "b"), signers(store, image));
      assertEquals(store.manifest(tag(image)).descriptor(), again.manifest());
      Manifest manifest = store.manifest(tag(image)).manifest();
      byte[] config = store.blob(manifest.config(), 10_000);
      for (Descriptor layer : manifest.layers()) {
        assertTrue(Text.utf8(config).contains(layer.digest().toString()), Text.utf8(config));
      }
    }
  }

  @Test
  void whatAnotherSignerWroteStaysAsItIs() throws Exception {
    try (RunningServer server = serve(registry);
        RegistryClient client = client()) {
      RemoteRepository store = client.repository(reference(server, "app"));
      Digest image = Registries.push(store, LAYER, "1").digest();
      OciLayer theirs = signature(image, "theirs");
      Descriptor layer =
          Descriptor.of(theirs.mediaType(), theirs.bytes())
              .withAnnotations(
                  Map.of(
                      "dev.cosignproject.cosign/signature",
                      String.valueOf(
                          theirs.annotations().get("dev.cosignproject.cosign/signature")),
                      "org.example/note",
                      "kept"));
      store.writeBlob(layer.bare(), ByteSource.of(theirs.bytes()));
      byte[] config = Text.utf8("{}");
      Descriptor configDescriptor =
          Descriptor.of("application/vnd.docker.container.image.v1+json", config);
      store.writeBlob(configDescriptor, ByteSource.of(config));
      store.writeManifest(
          new Manifest(
              MediaTypes.DOCKER_MANIFEST,
              Optional.empty(),
              configDescriptor,
              List.of(layer),
              Optional.empty(),
              Map.of()),
          Optional.of(tag(image)));
      SignatureTag.add(store, image, signature(image, "ours"));
      assertEquals(Set.of("ours", "theirs"), signers(store, image));
      Manifest now = store.manifest(tag(image)).manifest();
      assertEquals(layer, now.layers().getFirst());
      assertEquals(MediaTypes.DOCKER_MANIFEST, now.mediaType());
    }
  }

  @Test
  void somethingElseUnderTheTagIsLeftAlone() throws Exception {
    try (RunningServer server = serve(registry);
        RegistryClient client = client()) {
      RemoteRepository store = client.repository(reference(server, "app"));
      Descriptor image = Registries.push(store, LAYER, "1");
      String tag = tag(image.digest());
      Manifest mixed = Registries.image(LAYER);
      Map<String, byte[]> foreign =
          Map.of(
              MediaTypes.INDEX, Index.oci(List.of(image)).bytes(),
              MediaTypes.MANIFEST, mixed.bytes());
      for (Map.Entry<String, byte[]> other : foreign.entrySet()) {
        store.writeManifest(other.getValue(), other.getKey(), Optional.of(tag));
        assertEquals(
            Code.SIGNATURE_TAG_TAKEN,
            code(() -> SignatureTag.add(store, image.digest(), signature(image.digest(), "ours"))));
        assertArrayEquals(other.getValue(), store.manifest(tag).bytes());
      }
    }
  }

  @Test
  void garbageUnderTheTagIsNotOverwritten() throws Exception {
    Digest image = Hashes.sha256Digest(LAYER);
    for (String garbage :
        List.of("", "{", "[]", "{\"schemaVersion\":2}", "{\"layers\":[{\"size\":-1}]}")) {
      AtomicInteger writes = new AtomicInteger();
      try (RunningServer server =
              serve(e -> {
                if (!e.method().equals("GET")) {
                  writes.incrementAndGet();
                }
                e.respond(200, Map.of("Content-Type", MediaTypes.MANIFEST), Text.utf8(garbage));
              });
          RegistryClient client = client()) {
        RemoteRepository store = client.repository(reference(server, "app"));
        assertEquals(
            Code.SIGNATURE_TAG_TAKEN,
            code(() -> SignatureTag.add(store, image, signature(image, "ours"))),
            garbage);
        assertEquals(0, writes.get(), garbage);
      }
    }
  }

  @Test
  void aTagThatCannotBeReadIsNotWritten() throws Exception {
    Digest image = Hashes.sha256Digest(LAYER);
    Map<Integer, Code> answers =
        Map.of(429, Code.THROTTLED, 500, Code.SERVER_ERROR, 403, Code.UNAUTHORIZED);
    for (Map.Entry<Integer, Code> answer : answers.entrySet()) {
      AtomicInteger writes = new AtomicInteger();
      try (RunningServer server =
              serve(e -> {
                if (!e.method().equals("GET")) {
                  writes.incrementAndGet();
                }
                e.respond(answer.getKey(), Map.of(), new byte[0]);
              });
          RegistryClient client = client()) {
        RemoteRepository store = client.repository(reference(server, "app"));
        assertEquals(
            answer.getValue(),
            code(() -> SignatureTag.add(store, image, signature(image, "ours"))));
        assertEquals(0, writes.get());
      }
    }
  }

  /** Another process, whose manifest takes the place of ours between our write and our look. */
  @Test
  void aWriterInAnotherProcessTakesNothingAway() throws Exception {
    AtomicBoolean raced = new AtomicBoolean();
    try (RunningServer plain = serve(registry);
        RegistryClient client = client()) {
      RemoteRepository direct = client.repository(reference(plain, "app"));
      Digest image = Registries.push(direct, LAYER, "1").digest();
      SignatureTag.add(direct, image, signature(image, "first"));
      try (RunningServer racing =
              serve(e -> {
                boolean ours = e.method().equals("PUT") && e.path().endsWith(".sig");
                byte[] before = ours ? direct.manifest(tag(image)).bytes() : new byte[0];
                registry.handle(e);
                if (ours && raced.compareAndSet(false, true)) {
                  // It read what was there before us, and writes over us.
                  OciLayer theirs = signature(image, "theirs");
                  Descriptor layer =
                      Descriptor.of(theirs.mediaType(), theirs.bytes())
                          .withAnnotations(theirs.annotations());
                  direct.writeBlob(layer.bare(), ByteSource.of(theirs.bytes()));
                  Manifest read = (Manifest) Content.parse(before, MediaTypes.MANIFEST);
                  List<Descriptor> layers = new ArrayList<>(read.layers());
                  layers.add(layer);
                  direct.writeManifest(
                      Manifest.oci(read.config(), layers), Optional.of(tag(image)));
                }
              });
          RegistryClient other = client()) {
        SignatureTag.add(
            other.repository(reference(racing, "app")), image, signature(image, "ours"));
      }
      assertTrue(raced.get());
      assertEquals(Set.of("first", "ours", "theirs"), signers(direct, image));
    }
  }

  @Test
  void anEndlessRaceIsToldAndNotCalledASuccess() throws Exception {
    try (RunningServer plain = serve(registry);
        RegistryClient client = client()) {
      RemoteRepository direct = client.repository(reference(plain, "app"));
      Digest image = Registries.push(direct, LAYER, "1").digest();
      SignatureTag.add(direct, image, signature(image, "first"));
      byte[] theirs = direct.manifest(tag(image)).bytes();
      try (RunningServer racing =
              serve(e -> {
                registry.handle(e);
                if (e.method().equals("PUT") && e.path().endsWith(".sig")) {
                  direct.writeManifest(theirs, MediaTypes.MANIFEST, Optional.of(tag(image)));
                }
              });
          RegistryClient other = client()) {
        RemoteRepository store = other.repository(reference(racing, "app"));
        assertEquals(
            Code.SERVER_ERROR,
            code(() -> SignatureTag.add(store, image, signature(image, "ours"))));
      }
    }
  }
}
