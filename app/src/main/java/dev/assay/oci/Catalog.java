package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** What the index.json of a layout lists, indexed for questions. Does not change. */
final class Catalog {

  private final List<Descriptor> entries;
  private final Object fileKey;
  private final TreeMap<String, Descriptor> tags = new TreeMap<>();
  private final Map<Digest, Descriptor> byDigest = new HashMap<>();
  private final Map<Digest, Map<Digest, Descriptor>> bySubject = new HashMap<>();
  private final Map<Digest, Facts> facts = new HashMap<>();

  /** What is remembered of a manifest, so that it is opened once and not with every change. */
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

  private Catalog(List<Descriptor> entries, Object fileKey) {
    this.entries = Collections.unmodifiableList(entries);
    this.fileKey = fileKey;
  }

  /**
   * @param previous what was known before the file changed
   */
  static Catalog read(
      byte[] bytes, BasicFileAttributes file, ImageLayout layout, Optional<Catalog> previous) {
    Json json = Json.parse(bytes, Limits.LAYOUT_INDEX_BYTES);
    Fields f = Fields.of(json, "index.json", Code.BAD_MANIFEST);
    if (f.integer("schemaVersion") != 2) {
      throw f.bad("schemaVersion", "only 2 is read");
    }
    if (f.has("layers")) {
      throw f.bad("layers", "not in an index");
    }
    Catalog catalog =
        new Catalog(
            f.objects("manifests", Limits.JSON_MEMBERS).stream().map(Descriptor::of).toList(),
            key(file));
    catalog.index(layout, previous.map(c -> c.facts).orElse(Map.of()));
    return catalog;
  }

  // A file that is replaced by renaming has another inode, so the same time does not deceive.
  private static Object key(BasicFileAttributes file) {
    return List.of(
        Objects.requireNonNullElse(file.fileKey(), ""), file.lastModifiedTime(), file.size());
  }

  boolean isOf(BasicFileAttributes file) {
    return key(file).equals(fileKey);
  }

  private void index(ImageLayout layout, Map<Digest, Facts> known) {
    Deque<Descriptor> toOpen = new ArrayDeque<>();
    for (Descriptor entry : entries) {
      entry.tag().filter(Names::isTag).ifPresent(tag -> tags.put(tag, entry));
      if (byDigest.putIfAbsent(entry.digest(), entry.withAnnotations(Map.of())) == null) {
        toOpen.add(entry);
      }
    }
    while (!toOpen.isEmpty()) {
      Descriptor entry = toOpen.remove();
      Facts remembered = known.get(entry.digest());
      Optional<Facts> found = remembered != null ? Optional.of(remembered) : facts(entry, layout);
      found.ifPresent(f -> add(entry.digest(), f, layout, toOpen));
    }
  }

  // A manifest that cannot be read refers to nothing; asking for it by name says what is wrong.
  private static Optional<Facts> facts(Descriptor entry, ImageLayout layout) {
    try {
      return layout
          .rawManifest(entry.digest())
          .map(bytes -> Facts.of(Content.parse(bytes, entry.mediaType()), entry));
    } catch (AssayException e) {
      return Optional.empty();
    }
  }

  private void add(Digest digest, Facts of, ImageLayout layout, Deque<Descriptor> toOpen) {
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
          && byDigest.size() < Limits.INDEX_ENTRIES
          && !byDigest.containsKey(child.digest())
          && layout.hasBlob(child.digest())) {
        byDigest.put(child.digest(), child.bare());
        toOpen.add(child);
      }
    }
  }

  List<Descriptor> entries() {
    return entries;
  }

  Optional<Descriptor> tagged(String tag) {
    return Optional.ofNullable(tags.get(tag));
  }

  Optional<Descriptor> listed(Digest digest) {
    return Optional.ofNullable(byDigest.get(digest));
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

  // ---- changes to the list of entries

  static Descriptor entry(Content content, Descriptor descriptor) {
    return descriptor.withArtifactType(
        content.subject().isPresent() ? content.effectiveArtifactType() : Optional.empty());
  }

  static List<Descriptor> with(List<Descriptor> entries, Descriptor entry, Optional<String> tag) {
    List<Descriptor> after = new ArrayList<>(entries.size() + 1);
    Optional<Digest> before = Optional.empty();
    boolean listed = false;
    for (Descriptor e : entries) {
      boolean sameTag = tag.isPresent() && tag.equals(e.tag());
      if (sameTag) {
        before = Optional.of(e.digest());
      } else if (!(tag.isPresent() && e.digest().equals(entry.digest()) && e.tag().isEmpty())) {
        after.add(e);
        listed |= e.digest().equals(entry.digest());
      }
    }
    if (tag.isPresent()) {
      after.add(entry.withAnnotations(Map.of(Descriptor.REF_NAME, tag.get())));
    } else if (!listed) {
      after.add(entry);
    }
    // What the tag pointed at before stays, under its digest.
    Optional<Digest> displaced = before.filter(d -> !d.equals(entry.digest()));
    if (displaced.isPresent()) {
      keep(entries, after, displaced.get());
    }
    return after;
  }

  private static void keep(List<Descriptor> entries, List<Descriptor> after, Digest digest) {
    if (after.stream().noneMatch(e -> e.digest().equals(digest))) {
      entries.stream()
          .filter(e -> e.digest().equals(digest))
          .findFirst()
          .ifPresent(e -> after.add(e.withAnnotations(Map.of())));
    }
  }

  static List<Descriptor> withoutTag(List<Descriptor> entries, String tag) {
    List<Descriptor> after = new ArrayList<>(entries);
    after.removeIf(e -> e.tag().equals(Optional.of(tag)));
    for (Descriptor e : entries) {
      if (e.tag().equals(Optional.of(tag))) {
        keep(entries, after, e.digest());
      }
    }
    return after;
  }

  static List<Descriptor> without(List<Descriptor> entries, Digest digest) {
    List<Descriptor> after = new ArrayList<>(entries);
    after.removeIf(e -> e.digest().equals(digest));
    return after;
  }
}
