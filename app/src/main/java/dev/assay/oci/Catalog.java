package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a layout lists, indexed for questions. A change costs the same however much is listed.
 *
 * <p>Not safe for use by several threads.
 */
final class Catalog {

  /** Where the manifests lie. */
  interface Manifests {
    /** The bytes as they are stored, not compared with the digest. */
    Optional<byte[]> rawManifest(Digest digest);

    boolean hasBlob(Digest digest);

    /**
     * Every blob that is small enough to be a manifest.
     *
     * @throws AssayException with {@link Code#TOO_MANY}
     */
    List<Digest> small();
  }

  /** One change to what is listed. Doing it again does not change more. */
  sealed interface Change {
    /** Lists a manifest, and points a tag at it if there is one. */
    record Put(Descriptor entry, Optional<String> tag) implements Change {}

    /** Removes a tag; what it pointed at stays listed. */
    record Untag(String tag) implements Change {}

    /** Removes a manifest, with its tags. */
    record Remove(Digest digest) implements Change {}
  }

  /** What is remembered of a manifest, so that it is opened once. */
  private record Facts(Optional<Digest> subject, Descriptor asReferrer, List<Descriptor> children) {

    static Facts of(Content content, Descriptor entry) {
      return new Facts(
          content.subject().map(Descriptor::digest),
          entry
              .bare()
              .withArtifactType(content.effectiveArtifactType())
              .withAnnotations(content.annotations()),
          content instanceof Index index ? index.manifests() : List.of());
    }
  }

  private final Manifests manifests;

  // By "tag:" and the tag or, for what has none, the digest, in the order of the file.
  private final Map<String, Descriptor> entries = new LinkedHashMap<>();
  private final TreeMap<String, Descriptor> tags = new TreeMap<>();
  private final Map<Digest, Set<String>> keys = new HashMap<>();

  // What cosign's own annotations mean; not among the tags.
  private final Map<String, Descriptor> derived = new HashMap<>();

  // In no entry of their own, but in an index that is listed.
  private final Map<Digest, Descriptor> children = new HashMap<>();
  private final Map<Digest, Map<Digest, Descriptor>> bySubject = new HashMap<>();
  private final Map<Digest, Facts> facts = new HashMap<>();

  private Catalog(Manifests manifests) {
    this.manifests = manifests;
  }

  /**
   * Reads an index.json.
   *
   * @param previous what was known before the file changed
   */
  static Catalog read(byte[] bytes, Manifests manifests, Optional<Catalog> previous) {
    Json json = Json.parse(bytes, Limits.LAYOUT_INDEX_BYTES);
    Fields f = Fields.of(json, "index.json", Code.BAD_MANIFEST);
    if (f.integer("schemaVersion") != 2) {
      throw f.bad("schemaVersion", "only 2 is read");
    }
    if (f.has("layers")) {
      throw f.bad("layers", "not in an index");
    }
    Catalog catalog = new Catalog(manifests);
    for (Fields entry : f.objects("manifests", Limits.JSON_MEMBERS)) {
      catalog.list(Descriptor.of(entry));
    }
    catalog.learnAll(previous.map(c -> c.facts).orElse(Map.of()));
    catalog.learnCosign();
    return catalog;
  }

  // What cosign saves has the image without a tag, its older signatures listed by kind, and newer
  // ones in no list at all.
  private void learnCosign() {
    List<Descriptor> images =
        entries.values().stream().filter(e -> CosignLayout.isImage(e)).toList();
    if (images.isEmpty()) {
      return;
    }
    if (images.stream().map(Descriptor::digest).distinct().count() == 1) {
      Digest image = images.getFirst().digest();
      for (Descriptor entry : entries.values()) {
        CosignLayout.ending(entry)
            .ifPresent(ending -> derived.put(RemoteReferrers.fallbackTag(image) + ending, entry));
      }
    }
    for (Digest digest : manifests.small()) {
      if (!facts.containsKey(digest)) {
        CosignLayout.referrer(manifests, digest)
            .ifPresent(entry -> {
              children.put(digest, entry);
              learn(entry, Map.of());
            });
      }
    }
  }

  // Two entries with one tag: the last counts, the first keeps its digest only.
  private void list(Descriptor entry) {
    Optional<String> tag = entry.tag();
    if (tag.isPresent()) {
      displace(tag.get(), entry.digest());
    }
    add(tag.map(Catalog::key).orElseGet(() -> entry.digest().toString()), entry);
  }

  private static String key(String tag) {
    return "tag:" + tag;
  }

  private void add(String key, Descriptor entry) {
    entries.put(key, entry);
    keys.computeIfAbsent(entry.digest(), d -> new HashSet<>(2)).add(key);
    entry.tag().filter(Names::isTag).ifPresent(tag -> tags.put(tag, entry));
  }

  private Optional<Descriptor> drop(String key) {
    Optional<Descriptor> entry = Optional.ofNullable(entries.remove(key));
    if (entry.isPresent()) {
      Set<String> left = keys.getOrDefault(entry.get().digest(), Set.of());
      left.remove(key);
      if (left.isEmpty()) {
        keys.remove(entry.get().digest());
      }
      entry.get().tag().ifPresent(tags::remove);
    }
    return entry;
  }

  // What a tag pointed at before stays, under its digest.
  private boolean displace(String tag, Digest by) {
    Optional<Descriptor> before = drop(key(tag));
    if (before.isPresent()
        && !before.get().digest().equals(by)
        && !keys.containsKey(before.get().digest())) {
      add(before.get().digest().toString(), before.get().withAnnotations(Map.of()));
    }
    return before.isPresent();
  }

  // ---- what manifests say

  private void learnAll(Map<Digest, Facts> known) {
    for (Descriptor entry : entries.values()) {
      learn(entry, known);
    }
  }

  private void learn(Descriptor listed, Map<Digest, Facts> known) {
    Deque<Descriptor> toOpen = new ArrayDeque<>();
    toOpen.add(listed);
    while (!toOpen.isEmpty()) {
      Descriptor entry = toOpen.remove();
      if (!facts.containsKey(entry.digest())) {
        Facts remembered = known.get(entry.digest());
        Optional<Facts> found = remembered != null ? Optional.of(remembered) : open(entry);
        found.ifPresent(f -> remember(entry.digest(), f, toOpen));
      }
    }
  }

  // A manifest that cannot be read refers to nothing; asking for it by name says what is wrong.
  private Optional<Facts> open(Descriptor entry) {
    try {
      return manifests
          .rawManifest(entry.digest())
          .map(bytes -> Facts.of(Content.parse(bytes, entry.mediaType()), entry));
    } catch (AssayException e) {
      return Optional.empty();
    }
  }

  private void remember(Digest digest, Facts of, Deque<Descriptor> toOpen) {
    facts.put(digest, of);
    of.subject()
        .ifPresent(subject ->
            bySubject
                .computeIfAbsent(subject, d -> new LinkedHashMap<>())
                .put(digest, of.asReferrer()));
    for (Descriptor child : of.children()) {
      boolean manifest =
          MediaTypes.isManifest(child.mediaType()) || MediaTypes.isIndex(child.mediaType());
      if (manifest
          && children.size() < Limits.INDEX_ENTRIES
          && !children.containsKey(child.digest())
          && manifests.hasBlob(child.digest())) {
        children.put(child.digest(), child.bare());
        toOpen.add(child);
      }
    }
  }

  private void forget(Digest digest) {
    children.remove(digest);
    Facts of = facts.remove(digest);
    if (of == null) {
      return;
    }
    of.subject()
        .ifPresent(subject -> {
          Map<Digest, Descriptor> others = bySubject.getOrDefault(subject, new HashMap<>());
          others.remove(digest);
          if (others.isEmpty()) {
            bySubject.remove(subject);
          }
        });
    if (!of.children().isEmpty()) {
      // Which children are still in another index: seen by starting again with what is known.
      Map<Digest, Facts> known = new HashMap<>(facts);
      facts.clear();
      bySubject.clear();
      children.clear();
      learnAll(known);
    }
  }

  // ---- questions

  int size() {
    return entries.size();
  }

  Optional<Descriptor> tagged(String tag) {
    return Optional.ofNullable(tags.get(tag)).or(() -> Optional.ofNullable(derived.get(tag)));
  }

  Optional<Descriptor> listed(Digest digest) {
    Set<String> found = keys.get(digest);
    return found != null
        ? Optional.ofNullable(entries.get(found.iterator().next()))
            .map(e -> e.withAnnotations(Map.of()))
        : Optional.ofNullable(children.get(digest));
  }

  List<Descriptor> referrers(Digest subject) {
    return List.copyOf(bySubject.getOrDefault(subject, Map.of()).values());
  }

  /** In the order of their characters. */
  List<String> tags() {
    return List.copyOf(tags.keySet());
  }

  /** The tags after one, at most {@code limit} of them. */
  List<String> tagsAfter(String last, int limit) {
    return tags.tailMap(last, false).keySet().stream().limit(limit).toList();
  }

  /** Everything listed, with its tag if it has one. */
  List<Descriptor> entries() {
    return List.copyOf(entries.values());
  }

  /**
   * The images among what is listed: not what hangs on others, nor the platforms of an index that
   * have no tag.
   */
  List<Descriptor> images() {
    Set<Digest> parts = new HashSet<>();
    facts.values().forEach(f -> f.children().forEach(c -> parts.add(c.digest())));
    return entries.values().stream()
        .filter(e -> CosignLayout.ending(e).isEmpty())
        .filter(e -> e.tag().filter(ImageTreeReader::isEvidenceTag).isEmpty())
        .filter(e -> e.tag().isPresent() || !parts.contains(e.digest()))
        .filter(e -> {
          Facts of = facts.get(e.digest());
          return of == null || of.subject().isEmpty() || e.tag().isPresent();
        })
        .toList();
  }

  /** The index.json that says this. */
  byte[] listing() {
    return listing(entries());
  }

  static byte[] listing(List<Descriptor> entries) {
    return Text.utf8(
        Json.object()
            .put("schemaVersion", 2)
            .put("mediaType", MediaTypes.INDEX)
            .put("manifests", entries.stream().map(Descriptor::json).toList())
            .build()
            .compact());
  }

  // ---- changes

  static Descriptor entry(Content content, Descriptor descriptor) {
    return descriptor.withArtifactType(
        content.subject().isPresent() ? content.effectiveArtifactType() : Optional.empty());
  }

  boolean wouldChange(Change change) {
    if (change instanceof Change.Put put) {
      return put.tag().isPresent()
          ? tagged(put.tag().get())
              .filter(e -> e.digest().equals(put.entry().digest()))
              .filter(
                  e -> e.annotations().entrySet().containsAll(put.entry().annotations().entrySet()))
              .isEmpty()
          : !keys.containsKey(put.entry().digest());
    }
    return change instanceof Change.Untag untag
        ? entries.containsKey(key(untag.tag()))
        : keys.containsKey(((Change.Remove) change).digest());
  }

  void apply(Change change) {
    if (change instanceof Change.Put put) {
      put(put.entry(), put.tag());
    } else if (change instanceof Change.Untag untag) {
      tagged(untag.tag()).ifPresent(e -> untag(untag.tag(), e));
    } else if (change instanceof Change.Remove remove) {
      for (String key : List.copyOf(keys.getOrDefault(remove.digest(), Set.of()))) {
        drop(key);
      }
      forget(remove.digest());
    }
  }

  private void put(Descriptor entry, Optional<String> tag) {
    if (tag.isPresent()) {
      displace(tag.get(), entry.digest());
      drop(entry.digest().toString());
      add(key(tag.get()), tagged(tag.get(), entry));
    } else if (!keys.containsKey(entry.digest())) {
      add(entry.digest().toString(), entry);
    }
    learn(entry, Map.of());
  }

  private static Descriptor tagged(String tag, Descriptor entry) {
    Map<String, String> annotations = new LinkedHashMap<>(entry.annotations());
    annotations.put(Descriptor.REF_NAME, tag);
    return entry.withAnnotations(annotations);
  }

  private void untag(String tag, Descriptor entry) {
    drop(key(tag));
    if (!keys.containsKey(entry.digest())) {
      add(entry.digest().toString(), entry.withAnnotations(Map.of()));
    }
  }
}
