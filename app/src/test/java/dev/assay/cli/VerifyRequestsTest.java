package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What verifying an image asks of its registry, and that what is not asked again is judged. */
class VerifyRequestsTest {

  private static final String SIGN = "https://sigstore.dev/cosign/sign/v1";
  private static final String SCAN = "https://example.com/scan/v1";

  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String PREDICATE_TYPE = "dev.sigstore.bundle.predicateType";

  @TempDir Path root;
  private Sandbox box;
  private Between registry;
  private String image = "";

  @BeforeEach
  void prepare() throws IOException {
    box = new Sandbox(root);
    registry = new Between(box.registry());
    for (String key : List.of("release", "other")) {
      box.ok("key", "generate", key);
    }
    box.write("scan.json", "{\"failed\":true}");
    image = pushed("app:1", "content");
    box.ok("sign", "--key", "release.key", image);
    registry.asked();
  }

  @AfterEach
  void end() {
    registry.close();
    box.close();
  }

  /** An image that is named by where {@link Between} listens. */
  private String pushed(String name, String content) throws IOException {
    return box.image(name, content).replace(box.host(), registry.host());
  }

  private Sandbox.Ran verify(int status, String says, String... more) {
    List<String> words = new ArrayList<>(List.of("verify"));
    words.addAll(List.of(more));
    return box.ends(status, says, words.toArray(String[]::new));
  }

  private Path cache() {
    return box.folder().resolve("home/assay/cache/evidence");
  }

  private List<Path> cached(String part) throws IOException {
    try (Stream<Path> all = Files.walk(cache().resolve(part))) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  // ---- how many

  @Test
  void oneSignatureOfADigestTakesThreeRequests() {
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    List<String> asked = registry.asked();
    assertEquals(3, asked.size(), asked.toString());
    assertTrue(asked.get(0).startsWith("GET /v2/app/referrers/sha256:"), asked.toString());
    assertTrue(asked.get(1).startsWith("GET /v2/app/manifests/sha256:"), asked.toString());
    assertTrue(asked.get(2).startsWith("GET /v2/app/blobs/sha256:"), asked.toString());
    assertFalse(asked.get(1).endsWith(Sandbox.digest(image).toString()), "not the image itself");
  }

  /** So many other entries before the true ones; what they name is not there. */
  private static String flooded(String listing, int count, String annotation, String type) {
    StringBuilder entries = new StringBuilder("\"manifests\":[");
    for (int i = 0; i < count; i++) {
      entries
          .append("{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"")
          .append(dev.assay.crypto.Hashes.sha256Digest(Text.utf8("entry " + i)))
          .append("\",\"size\":700,\"artifactType\":\"")
          .append(BUNDLE)
          .append("\",\"annotations\":{\"")
          .append(annotation)
          .append("\":\"")
          .append(type)
          .append("\"}},");
    }
    return listing.replace("\"manifests\":[", entries);
  }

  @Test
  void ofManyReferrersOnlyTheOneThatIsWantedIsFetched() {
    registry.listing = text -> flooded(text, 49, PREDICATE_TYPE, SCAN);
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    assertEquals(3, registry.asked().size());
    // Of that type 49 are listed, and none can be had; the signature is none of them, and is opened
    // before the answer is no.
    verify(3, "ASY3005", "--key", "release.pub", "--type", SCAN, image);
    assertTrue(registry.asked().size() > 49);
  }

  @Test
  void moreOthersThanAreLookedAtHideNothing() {
    registry.listing = text -> flooded(text, 1_200, PREDICATE_TYPE, SCAN);
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    List<String> asked = registry.asked();
    assertEquals(4, asked.size(), "listed again, bundles only: " + asked);
  }

  @Test
  void aRefusalRestsOnEverythingThereIs() {
    box.ok("attest", "--key", "other.key", "--type", SCAN, "--predicate", "scan.json", image);
    registry.asked();
    Sandbox.Ran ran = verify(1, "ASY1202", "--full", "--key", "other.pub", image);
    assertTrue(ran.out().contains("an attestation (" + SCAN + "), not a signature"), ran.out());
    List<String> asked = registry.asked();
    for (String tag : List.of(".att", ".sig")) {
      assertTrue(asked.stream().anyMatch(a -> a.endsWith(tag)), asked.toString());
    }
  }

  @Test
  void whatTheListingCallsSomethingElseIsFoundBeforeAnImageIsRefused() {
    registry.listing = text -> text.replace(SIGN, SCAN);
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    assertEquals(3, registry.asked().size());
  }

  @Test
  void whatTheListingDoesNotSayTheKindOfIsOpened() {
    registry.listing = text -> text.replace("dev.sigstore.bundle.predicateType", "x");
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    assertEquals(3, registry.asked().size());
  }

  // As go-containerregistry lists, and as indexes under the fallback tag were written.
  @Test
  void whatIsListedWithoutATypeIsOpenedOnce() {
    registry.listing =
        text ->
            text.replace(
                    "\"artifactType\":\"" + BUNDLE,
                    "\"artifactType\":\"application/vnd.oci.empty.v1+json")
                .replaceAll("\"annotations\":\\{[^}]*\\},?", "");
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    List<String> asked = registry.asked();
    assertEquals(3, asked.size(), asked.toString());
  }

  @Test
  void whatIsListedWithoutATypeButAnnotatedIsKnownByThat() {
    registry.listing =
        text ->
            flooded(text, 49, PREDICATE_TYPE, SCAN)
                .replace(
                    "\"artifactType\":\"" + BUNDLE,
                    "\"artifactType\":\"application/vnd.oci.empty.v1+json");
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    assertEquals(3, registry.asked().size());
  }

  @Test
  void whatTheListingCallsASignatureIsStillNone() {
    box.ok("attest", "--key", "release.key", "--type", SCAN, "--predicate", "scan.json", image);
    registry.asked();
    registry.listing =
        text -> text.replace(SIGN, "swapped").replace(SCAN, SIGN).replace("swapped", SCAN);
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    assertEquals(5, registry.asked().size(), "the one that lies, then the other");
  }

  @Test
  void aFloodIsRefusedAsOneAndNeverAsUnsigned() {
    // Ten times ten thousand in pages without end, of what is not even a bundle.
    registry.instead =
        exchange -> {
          if (!exchange.path().contains("/referrers/")) {
            return false;
          }
          String page =
              flooded(
                  "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
                      + "\"manifests\":[]}",
                  10_000,
                  PREDICATE_TYPE,
                  SCAN);
          exchange.respond(
              200,
              Map.of(
                  "Content-Type",
                  "application/vnd.oci.image.index.v1+json",
                  "Link",
                  "<" + exchange.path() + ">; rel=\"next\""),
              Text.utf8(page.replace(",]", "]").replace(BUNDLE, "application/vnd.junk")));
          return true;
        };
    Sandbox.Ran ran = verify(1, "ASY1010", "--key", "release.pub", image);
    assertFalse(ran.all().contains("ASY1102"), ran.all());
    assertTrue(registry.asked().size() < 20, "given up soon");
  }

  // ---- what is there

  @Test
  void anImageThatIsNotThereIsNotUnsigned() {
    String absent = image.replaceAll("@.*", "@sha256:" + "0".repeat(64));
    Sandbox.Ran ran = verify(1, "ASY3005", "--key", "release.pub", absent);
    assertFalse(ran.all().contains("ASY1102"), ran.all());
    String unsigned = unsigned();
    verify(1, "ASY1102", "--key", "release.pub", unsigned);
  }

  private String unsigned() {
    try {
      return pushed("unsigned:1", "unsigned");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aTagThatMovesBetweenTwoRequestsIsAskedForOnce() throws IOException {
    String second = pushed("app:1", "another content");
    box.ok("sign", "--key", "other.key", second);
    String first = Sandbox.digest(image).toString();
    String tagged = image.replaceAll("@.*", ":1");
    byte[] old = manifest(first);
    int[] asked = {0};
    registry.instead =
        exchange -> {
          if (!exchange.path().endsWith("/manifests/1") || ++asked[0] > 1) {
            return false;
          }
          exchange.respond(
              200, Map.of("Content-Type", "application/vnd.oci.image.manifest.v1+json"), old);
          return true;
        };
    registry.asked();
    // The first answer names the image that release signed; everything after is about that one.
    Sandbox.Ran ran = verify(0, Sandbox.digest(image).brief(), "--key", "release.pub", tagged);
    assertFalse(ran.all().contains(Sandbox.digest(second).brief()), ran.all());
    assertEquals(1, asked[0], registry.asked().toString());
  }

  private byte[] manifest(String digest) throws IOException {
    return Files.readAllBytes(
        box.storage().resolve("app/blobs/sha256").resolve(digest.substring("sha256:".length())));
  }

  // ---- what was seen before

  @Test
  void whatWasSeenBeforeIsNotAskedForAndJudgedAnew() throws IOException {
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    registry.asked();
    verify(0, "evidence from the cache", "--key", "release.pub", image);
    assertEquals(List.of(), registry.asked());

    // Another key: bytes are known, and do not suffice.
    verify(1, "ASY1202", "--key", "other.pub", image);
    assertFalse(registry.asked().isEmpty());
    verify(1, "ASY1209", "--key", "release.pub", "--key", "other.pub", "--threshold", "2", image);
    // The same key, by a policy that revokes it.
    box.write(
        "revoked.yaml",
        """
        apiVersion: assay.dev/v1
        kind: TrustPolicy
        metadata: {name: test}
        spec:
          mode: enforce
          signers: [{name: release, keyFile: release.pub, revokedAt: 2020-01-01T00:00:00Z}]
          rules: [{images: ["%s/app"], signature: {signers: [release]}}]
        """
            .formatted(registry.host()));
    verify(1, "ASY1207", "--policy", "revoked.yaml", image);
    // A demand that it does not meet.
    verify(1, "ASY1701", "--require-time", "--key", "release.pub", image);
  }

  @Test
  void aRegistryThatIsGoneIsNotNeededForWhatWasSeen() {
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    registry.close();
    verify(0, "evidence from the cache", "--key", "release.pub", image);
    verify(3, "ASY3002", "--refresh", "--key", "release.pub", image);
    verify(3, "ASY3002", "--no-cache", "--key", "release.pub", image);
    verify(3, "ASY3002", "--key", "other.pub", image);
    verify(3, "ASY3002", "--content", "--key", "release.pub", image);
  }

  @Test
  void aTagIsAskedForEachTime() {
    String tagged = image.replaceAll("@.*", ":1");
    verify(0, "✓ VERIFIED", "--manifest-only", "--key", "release.pub", tagged);
    registry.asked();
    verify(0, "✓ VERIFIED", "--manifest-only", "--key", "release.pub", tagged);
    assertEquals(List.of("GET /v2/app/manifests/1"), registry.asked());
  }

  @Test
  void whatIsWithheldLaterIsNoticedWhenItIsAskedAgain() {
    box.at("2026-11-22T12:00:00Z");
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    registry.listing = text -> text.replaceAll("\"manifests\":\\[.*\\]", "\"manifests\":[]");
    verify(0, "evidence from the cache", "--key", "release.pub", image);
    verify(1, "ASY1102", "--refresh", "--key", "release.pub", image);
    // After a day that happens by itself.
    box.at("2026-11-23T12:00:01Z");
    verify(1, "ASY1102", "--key", "release.pub", image);
    // A clock that was set back makes nothing fresh.
    box.at("2026-11-22T11:00:00Z");
    verify(1, "ASY1102", "--key", "release.pub", image);
  }

  @Test
  void nothingIsKeptWhenThatIsAsked() throws IOException {
    verify(0, "✓ VERIFIED", "--no-cache", "--key", "release.pub", image);
    assertFalse(Files.exists(cache()));
    verify(1, "ASY1202", "--key", "other.pub", image);
    assertFalse(Files.exists(cache()), "what was refused is not kept");
  }

  @Test
  void aCacheThatSomebodyChangedCountsForNothing() throws IOException {
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    Path blob = cached("blobs").getFirst();
    byte[] good = Files.readAllBytes(blob);
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    for (byte[] other : List.of(bad, new byte[0], java.util.Arrays.copyOf(good, good.length + 1))) {
      Files.write(blob, other);
      registry.asked();
      verify(0, "✓ VERIFIED", "--key", "release.pub", image);
      assertEquals(3, registry.asked().size());
      assertEquals(Text.utf8(good), Files.readString(blob), "fetched again, and kept");
    }
    Path seen = cached("seen").getFirst();
    String entry = Files.readString(seen);
    for (String other :
        List.of(
            "",
            "{}",
            entry.replace("\"size\":", "\"size\":9"),
            entry.replace("\"repository\":\"", "\"repository\":\"x"),
            entry.replace("\"listed\":\"2", "\"listed\":\"3"),
            entry.replace("evidence\":[", "evidence\":[{},"))) {
      Files.writeString(seen, other);
      registry.asked();
      verify(0, "✓ VERIFIED", "--key", "release.pub", image);
      assertEquals(3, registry.asked().size(), other);
    }
  }

  @Test
  void evidenceAboutAnotherImageInTheCacheIsOfNoUse() throws IOException {
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    String unsigned = pushed("app:2", "unsigned content");
    Path seen = cached("seen").getFirst();
    // Whoever can write there says that the signature was seen for the other one.
    String entry =
        Files.readString(seen)
            .replace(Sandbox.digest(image).toString(), Sandbox.digest(unsigned).toString());
    String name =
        dev.assay.bytes.Hex.encode(
            dev.assay.crypto.Hashes.sha256(
                Text.utf8(registry.host() + "/app\n" + Sandbox.digest(unsigned))));
    Files.writeString(cache().resolve("seen").resolve(name), entry);
    verify(1, "ASY1102", "--key", "release.pub", unsigned);
  }

  @Test
  void whatIsComparedIsComparedWithAllThereIs() throws IOException {
    DemoFiles files = new DemoFiles(box.folder());
    files.layers();
    box.ok("key", "generate", "ci");
    files.json("sbom.json", files.sbom(files.log4jDigest()));
    files.json(
        "provenance.json",
        files.provenance(
            DemoFiles.BUILDER,
            DemoFiles.SOURCE + "@refs/heads/main",
            DemoFiles.COMMIT,
            List.of(DemoFiles.log4jFrom(files.log4jDigest()))));
    files.policy("policy.yaml", registry.host() + "/app", "", 1, false);
    attest("slsaprovenance1", "provenance.json");
    attest("cyclonedx", "sbom.json");
    registry.listing = text -> flooded(text, 3, PREDICATE_TYPE, SCAN);
    // Pieces seen for other questions do not add up to a comparison.
    verify(0, "✓ VERIFIED", "--key", "release.pub", image);
    verify(0, "✓ VERIFIED", "--key", "ci.pub", "--type", "slsaprovenance1", image);
    verify(0, "✓ VERIFIED", "--key", "ci.pub", "--type", "cyclonedx", image);
    registry.asked();
    verify(0, "✓ VERIFIED", "--manifest-only", "--policy", "policy.yaml", image);
    assertEquals(1 + 3 * 2, registry.asked().size(), "the scans are not fetched");
    verify(0, "✓ VERIFIED", "--manifest-only", "--policy", "policy.yaml", image);
    assertEquals(List.of(), registry.asked());
  }

  private void attest(String type, String predicate) {
    box.ok("attest", "--key", "ci.key", "--type", type, "--predicate", predicate, image);
  }
}
