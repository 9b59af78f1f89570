package dev.assay.oci;

import dev.assay.attest.OciLayer;
import dev.assay.attest.OciSignature;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.ByteSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Adds signatures to an image in the form that is older than bundles and referrers: layers of the
 * one manifest under the tag {@code sha256-<hex>.sig}, attestations under {@code .att}. {@link
 * LegacySignatures} reads them.
 *
 * <p>All signers of an image write the same manifest, and nobody can write it in one step with
 * reading it. So nothing is written where it could not be read or holds something else, what is
 * there is kept, and what was written is read back a moment later and written again if another
 * writer's manifest took its place.
 */
public final class SignatureTag {

  private static final int WRITE_ATTEMPTS = 6;
  private static final String EPOCH = "0001-01-01T00:00:00Z";

  // Within one process writers take turns.
  private static final Map<String, Object> WRITING = new ConcurrentHashMap<>();

  private final ImageStore store;
  private final Digest image;
  private final String tag;

  private SignatureTag(ImageStore store, Digest image, String mediaType) {
    this.store = store;
    this.image = image;
    this.tag =
        RemoteReferrers.fallbackTag(image)
            + (mediaType.equals(OciSignature.SIMPLE_SIGNING) ? ".sig" : ".att");
    if (!Names.isTag(tag)) {
      throw new AssayException(
          Code.BAD_REFERENCE,
          "the older form has no tag for a digest of " + image.algorithm().id(),
          "leave --also-legacy out");
    }
  }

  /**
   * What was written.
   *
   * @param tag that names it now
   */
  public record Written(String tag, Descriptor manifest) {}

  /**
   * Adds a layer to those of an image; one that is there already is not added again.
   *
   * @throws AssayException with {@link Code#SIGNATURE_TAG_TAKEN} if something else is under the
   *     tag, {@link Code#TOO_MANY} beyond what readers look at, {@link Code#SERVER_ERROR} if others
   *     keep overwriting it, and as the store does; then what is under the tag is as it was, or as
   *     others left it
   */
  public static Written add(ImageStore store, Digest image, OciLayer layer) {
    return new SignatureTag(store, image, layer.mediaType()).add(layer);
  }

  private Written add(OciLayer layer) {
    Descriptor ours =
        Descriptor.of(layer.mediaType(), layer.bytes()).withAnnotations(layer.annotations());
    Object turn = WRITING.computeIfAbsent(store.name() + ":" + tag, name -> new Object());
    synchronized (turn) {
      Set<Descriptor> seen = new LinkedHashSet<>();
      boolean pushed = false;
      for (int attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
        Optional<StoredManifest> before = find();
        Optional<Manifest> there = before.map(this::signatures);
        List<Descriptor> listed = there.map(Manifest::layers).orElse(List.of());
        List<Descriptor> wanted = new ArrayList<>(listed);
        // Also what was there the last time and was lost since: another writer's race with us.
        seen.stream().filter(d -> !listed.contains(d)).forEach(wanted::add);
        if (wanted.stream().noneMatch(d -> layer.is(d.digest(), d.annotations()))) {
          wanted.add(ours);
        }
        if (wanted.size() == listed.size()) {
          return new Written(tag, before.orElseThrow().descriptor());
        }
        checkSize(wanted);
        if (!pushed) {
          write(ours.bare(), layer.bytes());
          pushed = true;
        }
        put(there, wanted);
        seen.addAll(wanted);
        pause(attempt);
      }
    }
    throw new AssayException(
        Code.SERVER_ERROR,
        "the signatures under "
            + tag
            + " in "
            + Text.printable(store.name())
            + " are overwritten by others again and again",
        "try again later");
  }

  // Not from a mirror: what is changed is read where it is changed.
  private Optional<StoredManifest> find() {
    return store instanceof RemoteRepository remote ? remote.findHere(tag) : store.find(tag);
  }

  private Manifest signatures(StoredManifest stored) {
    Content content;
    try {
      content = stored.content();
    } catch (AssayException e) {
      throw taken(e.code().id() + ": " + e.getMessage());
    }
    if (!(content instanceof Manifest manifest)) {
      throw taken("an index");
    }
    for (Descriptor layer : manifest.layers()) {
      if (!OciSignature.isLayer(layer.mediaType())) {
        throw taken("a manifest with a layer of the type " + Text.quote(layer.mediaType()));
      }
    }
    return manifest;
  }

  private AssayException taken(String what) {
    return new AssayException(
        Code.SIGNATURE_TAG_TAKEN,
        "what is under "
            + tag
            + " in "
            + Text.printable(store.name())
            + " is no signatures: "
            + what,
        "it was left as it is; assay image digest " + store.name() + ":" + tag);
  }

  private void checkSize(Collection<Descriptor> layers) {
    if (layers.size() > Limits.REFERRERS) {
      throw new AssayException(
          Code.TOO_MANY,
          "there would be more signatures of "
              + image.brief()
              + " under "
              + tag
              + " than are looked at ("
              + Limits.REFERRERS
              + ")");
    }
  }

  private void put(Optional<Manifest> before, List<Descriptor> layers) {
    byte[] config = config(layers);
    String configType = before.map(m -> m.config().mediaType()).orElse(MediaTypes.CONFIG);
    Descriptor configDescriptor = Descriptor.of(configType, config);
    write(configDescriptor, config);
    Manifest manifest =
        new Manifest(
            before.map(Manifest::mediaType).orElse(MediaTypes.MANIFEST),
            before.flatMap(Manifest::artifactType),
            configDescriptor,
            layers,
            before.flatMap(Manifest::subject),
            before.map(Manifest::annotations).orElse(Map.of()));
    if (manifest.bytes().length > Limits.MANIFEST_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE, "the signatures under " + tag + " no longer fit into a manifest");
    }
    store.writeManifest(manifest, Optional.of(tag));
  }

  // As of an image whose layers are not compressed: tools that treat it as one find it whole.
  private static byte[] config(List<Descriptor> layers) {
    List<Json> history = new ArrayList<>();
    List<String> diffs = new ArrayList<>();
    for (Descriptor layer : layers) {
      history.add(Json.object().put("created", EPOCH).build());
      diffs.add(layer.digest().toString());
    }
    return Text.utf8(
        Json.object()
            .put("architecture", "")
            .put("created", EPOCH)
            .put("history", history)
            .put("os", "")
            .put("rootfs", Json.object().put("type", "layers").put("diff_ids", Json.strings(diffs)))
            .put("config", Json.object())
            .build()
            .compact());
  }

  private void write(Descriptor blob, byte[] bytes) {
    try {
      store.writeBlob(blob, ByteSource.of(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pause(int attempt) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(20, 60L << attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssayException(Code.UNREACHABLE, "interrupted while pushing", e);
    }
  }
}
