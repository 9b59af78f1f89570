package dev.assay.oci;

import static dev.assay.oci.Registries.LAYER;
import static dev.assay.oci.Registries.attach;
import static dev.assay.oci.Registries.client;
import static dev.assay.oci.Registries.push;
import static dev.assay.oci.Registries.reference;
import static dev.assay.oci.Registries.serve;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.ByteSource;
import dev.assay.net.HttpHandler;
import dev.assay.server.RunningServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** An image is copied with what hangs on it, or it is not there. */
class ImageCopyTest {

  private static final String SIG = "application/vnd.cncf.notary.signature";
  private static final String SBOM = "application/spdx+json";

  @TempDir Path folder;

  private ImageLayout layout(String name) {
    return ImageLayout.openOrCreate(folder.resolve(name));
  }

  private static AssayException refused(Executable action) {
    return assertThrows(AssayException.class, action);
  }

  private static Descriptor tagged(
      ImageStore store, Digest subject, String ending, String... layers) throws Exception {
    List<Descriptor> all = new ArrayList<>();
    for (String layer : layers) {
      byte[] bytes = Text.utf8(layer);
      Descriptor descriptor =
          Descriptor.of("application/vnd.dev.cosign.simplesigning.v1+json", bytes)
              .withAnnotations(Map.of("dev.cosignproject.cosign/signature", layer));
      store.writeBlob(descriptor, ByteSource.of(bytes));
      all.add(descriptor);
    }
    store.writeBlob(
        Descriptor.of(MediaTypes.CONFIG, Registries.CONFIG), ByteSource.of(Registries.CONFIG));
    return store.writeManifest(
        Manifest.oci(Descriptor.of(MediaTypes.CONFIG, Registries.CONFIG), all),
        Optional.of(RemoteReferrers.fallbackTag(subject) + ending));
  }

  /**
   * Two platforms; a signature of the index, a bill of materials of one platform, a signature of
   * that, and the older tags on the other platform.
   */
  private static Descriptor release(ImageStore store) throws Exception {
    Descriptor amd = push(store, LAYER, "amd");
    Descriptor arm = push(store, Text.utf8("another layer"), "arm");
    Descriptor index =
        store.writeManifest(
            Index.oci(
                List.of(
                    amd.withPlatform(Platform.parse("linux/amd64")),
                    arm.withPlatform(Platform.parse("linux/arm64")))),
            Optional.of("1.0"));
    attach(store, index, SIG, "signature of the index");
    Descriptor sbom = attach(store, amd, SBOM, "what is in it");
    attach(store, sbom, SIG, "signature of the bill of materials");
    tagged(store, arm.digest(), ".sig", "one", "two");
    tagged(store, arm.digest(), ".att", "three");
    tagged(store, arm.digest(), ".sbom", "four");
    return index;
  }

  private static final Map<EvidenceKind, Integer> PIECES =
      Map.of(EvidenceKind.SIGNATURE, 4, EvidenceKind.ATTESTATION, 1, EvidenceKind.SBOM, 2);

  private CopyReport copy(ImageStore from, ImageStore to) throws Exception {
    return new ImageCopy(from, to, true)
        .copy(ImageTreeReader.read(from, "1.0", true), Optional.of("1.0"));
  }

  @Test
  void everythingThatHangsOnItComesAlongWhereverItGoes() throws Exception {
    ImageLayout made = layout("made");
    Descriptor index = release(made);
    try (RunningServer withApi = serve(folder.resolve("registry"));
        RunningServer without = serve(withoutReferrers(folder.resolve("older")));
        RegistryClient client = client()) {
      RemoteRepository first = client.repository(reference(without, "app"));
      RemoteRepository second = client.repository(reference(withApi, "mirror/app"));
      ImageLayout last = layout("last");
      assertEquals(PIECES, copy(made, first).evidence());
      assertEquals(PIECES, copy(first, second).evidence());
      Path file = folder.resolve("a.tar");
      try (ArchiveWriter archive = new ArchiveWriter(file)) {
        assertEquals(PIECES, copy(second, archive).evidence());
        ImageCopy.check(ImageTreeReader.read(second, "1.0", true), archive.seal());
        archive.finish();
      }
      assertEquals(PIECES, copy(ImageArchive.openOci(file), last).evidence());
      // The registry without the API holds the lists under tags, and says so.
      ImageTree there = ImageTreeReader.read(first, "1.0", true);
      assertEquals(Optional.of(Referrers.Source.FALLBACK_TAG), there.source());
      assertEquals(index.digest(), last.manifest("1.0").descriptor().digest());
      assertEquals(digests(made), digests(last));
    }
  }

  private static List<String> digests(ImageStore store) {
    return ImageTreeReader.read(store, "1.0", true).all().stream()
        .map(t -> t.how() + " " + t.digest() + t.tag().orElse(""))
        .sorted()
        .toList();
  }

  @Test
  void whatIsThereIsNotSentAgain() throws Exception {
    ImageLayout made = layout("made");
    release(made);
    List<String> sent = new CopyOnWriteArrayList<>();
    HttpHandler registry = new RegistryServer(folder.resolve("registry"), Clock.systemUTC());
    try (RunningServer server =
            serve(e -> {
              if (!e.method().equals("GET") && !e.method().equals("HEAD")) {
                sent.add(e.method() + " " + e.path());
              }
              registry.handle(e);
            });
        RegistryClient client = client()) {
      RemoteRepository target = client.repository(reference(server, "app"));
      CopyReport first = copy(made, target);
      assertEquals(0, first.manifestsThere());
      assertTrue(first.bytes() > 0);
      sent.clear();
      CopyReport again = copy(made, target);
      assertEquals(again.manifests(), again.manifestsThere());
      assertEquals(again.blobs(), again.blobsThere());
      assertEquals(0, again.bytes());
      assertEquals(List.of("PUT /v2/app/manifests/1.0"), sent);
      // To a neighbour nothing is sent: the registry takes the blobs over.
      sent.clear();
      assertEquals(0, copy(target, client.repository(reference(server, "other"))).bytes());
      assertTrue(sent.stream().noneMatch(s -> s.startsWith("PUT") && s.contains("/blobs/")));
    }
  }

  /** A registry that does something else for some requests. */
  private HttpHandler bent(Path storage, Predicate<String> which, HttpHandler instead) {
    HttpHandler registry = new RegistryServer(storage, Clock.systemUTC());
    return e -> {
      if (which.test(e.method() + " " + e.path())) {
        instead.handle(e);
      } else {
        registry.handle(e);
      }
    };
  }

  private HttpHandler withoutReferrers(Path storage) {
    HttpHandler registry = new RegistryServer(storage, Clock.systemUTC());
    return e -> {
      if (e.path().contains("/referrers/")) {
        e.respond(404, Map.of(), new byte[0]);
      } else if (e.method().equals("PUT") && e.path().contains("/manifests/")) {
        registry.handle(new WithoutSubjectHeader(e));
      } else {
        registry.handle(e);
      }
    };
  }

  private static HttpHandler status(int status) {
    return e -> e.respond(status, Map.of(), new byte[0]);
  }

  private Code copyTo(Predicate<String> which, HttpHandler instead) throws Exception {
    ImageLayout made = layout("made");
    if (made.find("1.0").isEmpty()) {
      release(made);
    }
    Path storage = Files.createTempDirectory(folder, "registry");
    try (RunningServer server = serve(bent(storage, which, instead));
        RegistryClient client = client()) {
      RemoteRepository target = client.repository(reference(server, "app"));
      AssayException e = refused(() -> copy(made, target));
      assertTrue(
          ImageLayout.openOrCreate(storage.resolve("app")).find("1.0").isEmpty(),
          "a copy that failed left the tag");
      return e.code();
    }
  }

  @Test
  void aRegistryThatTakesEvidenceAndForgetsIt() throws Exception {
    // It says that it lists the referrer (OCI-Subject) and lists nothing.
    HttpHandler empty =
        e -> e.respond(200, Map.of("Content-Type", MediaTypes.INDEX), Index.oci(List.of()).bytes());
    assertEquals(
        Code.EVIDENCE_LOST, copyTo(r -> r.startsWith("GET") && r.contains("/referrers/"), empty));
    // It takes a signature's tag and does not have it.
    assertEquals(
        Code.EVIDENCE_LOST, copyTo(r -> r.startsWith("GET") && r.endsWith(".att"), status(404)));
    // It takes the blob of a signature and does not have it.
    Digest signature = Descriptor.of(SIG, Text.utf8("signature of the index")).digest();
    assertEquals(
        Code.EVIDENCE_LOST,
        copyTo(r -> r.startsWith("HEAD") && r.endsWith(signature.toString()), status(404)));
  }

  @Test
  void aDestinationThatCannotBeAskedIsNotADestinationThatHasIt() throws Exception {
    assertEquals(
        Code.THROTTLED, copyTo(r -> r.startsWith("GET") && r.contains("/referrers/"), status(429)));
    assertEquals(
        Code.SERVER_ERROR, copyTo(r -> r.startsWith("PUT") && r.contains("sha256-"), status(500)));
  }

  private Code copyFrom(Predicate<String> which, HttpHandler instead) throws Exception {
    Path storage = folder.resolve("source");
    try (RunningServer whole = serve(storage);
        RegistryClient client = client()) {
      if (!Files.exists(storage.resolve("app"))) {
        release(client.repository(reference(whole, "app")));
      }
    }
    try (RunningServer server = serve(bent(storage, which, instead));
        RegistryClient client = client()) {
      ImageLayout target = ImageLayout.openOrCreate(Files.createTempDirectory(folder, "target"));
      AssayException e = refused(() -> copy(client.repository(reference(server, "app")), target));
      assertTrue(target.find("1.0").isEmpty());
      assertEquals(List.of(), target.images(), "nothing was copied before all was known");
      return e.code();
    }
  }

  @Test
  void aSourceThatDoesNotSayWhatHangsOnAnImageHasNotSaidThatNothingDoes() throws Exception {
    Predicate<String> listing = r -> r.contains("/referrers/");
    assertEquals(Code.THROTTLED, copyFrom(listing, status(429)));
    assertEquals(Code.SERVER_ERROR, copyFrom(listing, status(503)));
    assertEquals(Code.UNAUTHORIZED, copyFrom(listing, status(403)));
    assertEquals(Code.THROTTLED, copyFrom(r -> r.endsWith(".sig"), status(429)));
    assertEquals(Code.Exit.UNDECIDED, Code.THROTTLED.exit());
  }

  @Test
  void evidenceThatIsListedAndNotThereIsMissed() throws Exception {
    ImageLayout made = layout("made");
    Descriptor index = release(made);
    Digest signature = made.referrers(index.digest(), Optional.empty()).found().getFirst().digest();
    assertEquals(
        Code.CONTENT_MISSING, copyFrom(r -> r.endsWith(signature.toString()), status(404)));
  }

  @Test
  void aReferrerOfSomethingElseIsLeftOutAndSaid() throws Exception {
    ImageLayout made = layout("made");
    Descriptor index = release(made);
    Descriptor other = push(made, Text.utf8("something else"), "other");
    Descriptor about = attach(made, other, SIG, "signature of something else");
    byte[] lying = Index.oci(List.of(about.withArtifactType(Optional.of(SIG)))).bytes();
    Path storage = folder.resolve("registry");
    try (RunningServer server =
            serve(
                bent(
                    storage,
                    r -> r.endsWith("/referrers/" + index.digest()),
                    e -> e.respond(200, Map.of("Content-Type", MediaTypes.INDEX), lying)));
        RegistryClient client = client()) {
      ImageLayout in = ImageLayout.openOrCreate(storage.resolve("app"));
      new ImageCopy(made, in, true).copy("1.0", Optional.of("1.0"));
      new ImageCopy(made, in, true).copy("other", Optional.of("other"));
      ImageTree tree =
          ImageTreeReader.read(client.repository(reference(server, "app")), "1.0", true);
      assertEquals(1, tree.skipped().size());
      assertTrue(tree.attached().isEmpty());
    }
  }

  @Test
  void aSourceThatLiesAboutSizesAndBytes() throws Exception {
    Digest layer = Descriptor.of(MediaTypes.LAYER_TAR, LAYER).digest();
    byte[] other = LAYER.clone();
    other[0] ^= 1;
    HttpHandler flipped = e -> e.respond(200, Map.of(), other);
    HttpHandler longer = e -> e.respond(200, Map.of(), new byte[LAYER.length + 1]);
    Predicate<String> blob = r -> r.startsWith("GET") && r.endsWith("/blobs/" + layer);
    for (Map.Entry<HttpHandler, Code> lie :
        Map.of(flipped, Code.DIGEST_MISMATCH, longer, Code.SIZE_MISMATCH).entrySet()) {
      assertEquals(lie.getValue(), copyFrom(blob, lie.getKey()));
    }
    // A manifest under a digest that is not its own.
    byte[] manifest = Registries.image(other).bytes();
    assertEquals(
        Code.DIGEST_MISMATCH,
        copyFrom(
            r -> r.matches(".*/manifests/sha256:[0-9a-f]{64}"),
            e -> e.respond(200, Map.of("Content-Type", MediaTypes.MANIFEST), manifest)));
    // An index that states another size of what it lists.
    ImageLayout made = layout("lying");
    Descriptor image = push(made, LAYER, "x");
    made.writeManifest(
        Index.oci(List.of(Descriptor.of(image.mediaType(), image.digest(), image.size() + 1))),
        Optional.of("1.0"));
    assertEquals(Code.SIZE_MISMATCH, refused(() -> ImageTreeReader.read(made, "1.0", true)).code());
  }

  @Test
  void aTagThatMovesWhileItIsCopiedDoesNotMixTwoImages() throws Exception {
    Path storage = folder.resolve("moving");
    AtomicBoolean moved = new AtomicBoolean();
    HttpHandler registry = new RegistryServer(storage, Clock.systemUTC());
    Descriptor[] images = new Descriptor[2];
    ImageLayout inside = ImageLayout.openOrCreate(storage.resolve("app"));
    images[1] = push(inside, Text.utf8("what an attacker made"), "evil");
    images[0] = release(inside);
    try (RunningServer server =
            serve(e -> {
              registry.handle(e);
              if (e.path().endsWith("/manifests/1.0") && moved.compareAndSet(false, true)) {
                inside.tag("evil", "1.0");
              }
            });
        RegistryClient client = client()) {
      ImageLayout target = layout("target");
      CopyReport report = copy(client.repository(reference(server, "app")), target);
      assertEquals(images[0].digest(), report.image().digest());
      assertEquals(PIECES, report.evidence());
      assertEquals(images[0].digest(), target.manifest("1.0").descriptor().digest());
      assertEquals(
          images[1].digest(),
          client.repository(reference(server, "app")).manifest("1.0").descriptor().digest());
    }
  }

  @Test
  void signaturesOfTheDestinationAreNotOverwritten() throws Exception {
    ImageLayout from = layout("from");
    ImageLayout to = layout("to");
    Digest image = push(from, LAYER, "1.0").digest();
    push(to, LAYER, "1.0");
    tagged(from, image, ".sig", "theirs");
    tagged(to, image, ".sig", "ours");
    assertEquals(Code.EVIDENCE_CONFLICT, refused(() -> copy(from, to)).code());
    // More than there is here is no conflict either way.
    tagged(from, image, ".sig", "theirs", "ours");
    assertEquals(2, copy(from, to).evidence().get(EvidenceKind.SIGNATURE));
    tagged(from, image, ".sig", "theirs");
    assertEquals(1, copy(from, to).evidence().get(EvidenceKind.SIGNATURE));
    assertEquals(
        2,
        to.manifest(RemoteReferrers.fallbackTag(image) + ".sig").manifest().layers().size(),
        "what was there stays");
  }

  @Test
  void tenThousandReferrersAreRefused() throws Exception {
    ImageLayout made = layout("flooded");
    Descriptor image = push(made, LAYER, "1.0");
    byte[] flood =
        Index.oci(
                IntStream.range(0, 10_000)
                    .mapToObj(i -> Descriptor.of(MediaTypes.MANIFEST, Text.utf8("r" + i)))
                    .map(d -> d.withArtifactType(Optional.of(SIG)))
                    .toList())
            .bytes();
    try (RunningServer server =
            serve(
                bent(
                    folder.resolve("registry"),
                    r -> r.contains("/referrers/"),
                    e -> e.respond(200, Map.of("Content-Type", MediaTypes.INDEX), flood)));
        RegistryClient client = client()) {
      new ImageCopy(made, ImageLayout.openOrCreate(folder.resolve("registry/app")), false)
          .copy("1.0", Optional.of("1.0"));
      RemoteRepository source = client.repository(reference(server, "app"));
      assertEquals(Code.TOO_MANY, refused(() -> ImageTreeReader.read(source, "1.0", true)).code());
      assertEquals(image.digest(), ImageTreeReader.read(source, "1.0", false).digest());
    }
  }

  @Test
  void aTowerOfSignaturesIsRefused() throws Exception {
    ImageLayout made = layout("tower");
    Descriptor on = push(made, LAYER, "1.0");
    for (int i = 0; i < Limits.TREE_DEPTH; i++) {
      on = attach(made, on, SIG, "floor " + i);
    }
    assertEquals(Limits.TREE_DEPTH + 1, ImageTreeReader.read(made, "1.0", true).all().size());
    attach(made, on, SIG, "one too many");
    assertEquals(Code.TOO_MANY, refused(() -> ImageTreeReader.read(made, "1.0", true)).code());
  }

  @Test
  void whatOneDigestNamesOccursOnce() throws Exception {
    ImageLayout made = layout("made");
    Descriptor image = push(made, LAYER, "x");
    Descriptor inner = made.writeManifest(Index.oci(List.of(image)), Optional.of("inner"));
    made.writeManifest(Index.oci(List.of(image, inner, image)), Optional.of("1.0"));
    attach(made, image, SIG, "s");
    ImageTree tree = ImageTreeReader.read(made, "1.0", true);
    assertEquals(4, tree.all().size());
    assertEquals(3, tree.parts().size());
    ImageLayout target = layout("target");
    assertEquals(Map.of(EvidenceKind.SIGNATURE, 1), copy(made, target).evidence());
    assertArrayEquals(LAYER, target.blob(Descriptor.of(MediaTypes.LAYER_TAR, LAYER), 1000));
    assertFalse(target.tags().contains("inner"));
  }
}
