package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/**
 * What refers to a digest, by the referrers API or, where a registry has none, by the index under
 * the tag {@code sha256-<hex>} (distribution-spec, "Referrers Tag Schema").
 *
 * <p>The tag has traps. Writers before 2026 left descriptors without annotations and with no or an
 * empty artifact type: such entries are completed from the manifests they name. Two writers at once
 * overwrite each other: a write is read back a moment later and repeated if it was lost.
 */
final class RemoteReferrers {

  /** Entries of all pages that are looked at, wanted or not. */
  private static final int MOST_LISTED = 20 * Limits.REFERRERS;

  private static final int MOST_PAGES = 200;

  /** All pages of one listing together. */
  private static final int LISTING_BYTES = 8 * Limits.MANIFEST_BYTES;

  private static final int WRITE_ATTEMPTS = 6;

  // Within one process writers take turns.
  private static final Map<String, Object> WRITING = new ConcurrentHashMap<>();

  private final RemoteRepository repository;

  RemoteReferrers(RemoteRepository repository) {
    this.repository = repository;
  }

  /**
   * @throws AssayException with {@link Code#TOO_MANY} beyond {@link Limits#REFERRERS}
   */
  Referrers list(Digest subject, Optional<String> artifactType) {
    Referrers all = gather(subject, artifactType, entry -> true, false);
    if (all.cut().isPresent()) {
      throw tooMany(subject);
    }
    return all;
  }

  /**
   * @throws AssayException with {@link Code#TOO_MANY} if more is wanted than is looked at
   */
  Referrers search(Digest subject, Optional<String> artifactType, Predicate<Descriptor> wanted) {
    return gather(subject, artifactType, wanted, true);
  }

  private Referrers gather(
      Digest subject,
      Optional<String> artifactType,
      Predicate<Descriptor> wanted,
      boolean byAnnotation) {
    Gathering all = new Gathering(subject, artifactType, wanted, byAnnotation);
    if (fromApi(all)) {
      return all.end(Referrers.Source.API);
    }
    Gathering fromTag = new Gathering(subject, artifactType, wanted, byAnnotation);
    for (Descriptor entry : fromTag(subject).manifests()) {
      fromTag.add(entry, Referrers.Source.FALLBACK_TAG);
    }
    return fromTag.end(Referrers.Source.FALLBACK_TAG);
  }

  /** What a listing brings, entry by entry, within the limits. */
  private final class Gathering {
    private final Digest subject;
    private final Optional<String> artifactType;
    private final Predicate<Descriptor> wanted;
    private final boolean byAnnotation;
    private final List<Descriptor> found = new ArrayList<>();
    private final List<Referrers.Rejected> rejected = new ArrayList<>();
    private int listed;
    private int opened;
    private int hits;
    private boolean cut;

    /**
     * @param byAnnotation whether an entry without a type is taken for a bundle when its
     *     annotations say so, and not opened: whoever fetches it sees what it is
     */
    Gathering(
        Digest subject,
        Optional<String> artifactType,
        Predicate<Descriptor> wanted,
        boolean byAnnotation) {
      this.subject = subject;
      this.artifactType = artifactType;
      this.wanted = wanted;
      this.byAnnotation = byAnnotation;
    }

    void add(Descriptor entry, Referrers.Source source) {
      Optional<Descriptor> complete = Optional.of(entry);
      if (++listed > MOST_LISTED) {
        cut = true;
        return;
      }
      if (byAnnotation && isUntyped(entry) && BundleReferrers.statedType(entry).isPresent()) {
        complete = Optional.of(entry.withArtifactType(Optional.of(BundleReferrers.BUNDLE)));
      } else if (isIncomplete(entry, source)) {
        if (++opened > Limits.REFERRERS) {
          cut = true;
          return;
        }
        complete = complete(subject, entry, rejected);
      }
      complete =
          complete.filter(d -> artifactType.isEmpty() || artifactType.equals(d.artifactType()));
      if (complete.isEmpty()) {
        return;
      }
      if (wanted.test(complete.get())) {
        if (++hits > Limits.REFERRERS) {
          throw tooMany(subject);
        }
      } else if (found.size() - hits >= Limits.REFERRERS) {
        cut = true;
        return;
      }
      found.add(complete.get());
    }

    boolean isFull() {
      return listed > MOST_LISTED;
    }

    void cut() {
      cut = true;
    }

    Referrers end(Referrers.Source source) {
      return new Referrers(
          found,
          rejected,
          source,
          cut ? Optional.of(String.valueOf(tooMany(subject).getMessage())) : Optional.empty());
    }
  }

  private AssayException tooMany(Digest subject) {
    return new AssayException(
        Code.TOO_MANY,
        "more refers to "
            + subject.brief()
            + " in "
            + Text.printable(repository.name())
            + " than is looked at ("
            + Limits.REFERRERS
            + ")");
  }

  // ---- the API

  /** Whether the registry has the API. */
  private boolean fromApi(Gathering all) {
    String filter =
        all.artifactType
            .map(t -> "?artifactType=" + URLEncoder.encode(t, StandardCharsets.UTF_8))
            .orElse("");
    URI next = repository.endpoint("/referrers/" + all.subject + filter);
    int left = LISTING_BYTES;
    for (int page = 0; page < MOST_PAGES; page++) {
      try (Reply reply = repository.read(Request.get(next).with("Accept", MediaTypes.INDEX))) {
        if (page == 0 && !isApi(reply)) {
          return false;
        }
        if (reply.status() != 200) {
          throw Failures.of(reply, "what refers to " + all.subject.brief() + " is not known");
        }
        byte[] bytes = reply.bytes(Limits.MANIFEST_BYTES);
        if (!(Content.parse(bytes, MediaTypes.INDEX) instanceof Index index)) {
          throw new IllegalStateException("an index was read");
        }
        index.manifests().forEach(entry -> all.add(entry, Referrers.Source.API));
        Optional<URI> more = RemoteRepository.nextPage(reply);
        if (more.isEmpty()) {
          return true;
        }
        left -= bytes.length;
        if (all.isFull() || left <= 0) {
          break;
        }
        next = more.get();
      }
    }
    all.cut();
    return true;
  }

  // Registries without the API answer in many ways; only refusals and failures are no answer.
  private static boolean isApi(Reply reply) {
    return switch (reply.status()) {
      case 400, 404, 405, 406, 501 -> false;
      case 200 ->
          reply.header("content-type").map(MediaTypes::base).orElse("").equals(MediaTypes.INDEX);
      default -> true;
    };
  }

  // ---- the tag

  static String fallbackTag(Digest subject) {
    return subject.algorithm().id() + "-" + subject.hex();
  }

  private Index fromTag(Digest subject) {
    Optional<StoredManifest> stored = repository.findHere(fallbackTag(subject));
    if (stored.isEmpty()) {
      return Index.oci(List.of());
    }
    if (stored.get().content() instanceof Index index) {
      return index;
    }
    throw new AssayException(
        Code.BAD_MEDIA_TYPE,
        "the tag "
            + Text.quote(fallbackTag(subject))
            + " of "
            + Text.printable(repository.name())
            + " is no index");
  }

  private static boolean isUntyped(Descriptor entry) {
    return entry.artifactType().isEmpty() || entry.artifactType().get().equals(MediaTypes.EMPTY);
  }

  private static boolean isIncomplete(Descriptor entry, Referrers.Source source) {
    return isUntyped(entry)
        || source == Referrers.Source.FALLBACK_TAG && entry.annotations().isEmpty();
  }

  /** The entry as its manifest says it is; empty, and noted, if that is about something else. */
  private Optional<Descriptor> complete(
      Digest subject, Descriptor entry, List<Referrers.Rejected> rejected) {
    Optional<StoredManifest> stored = repository.open(entry.digest());
    if (stored.isEmpty()) {
      rejected.add(new Referrers.Rejected(entry, "listed, but not in the repository"));
      return Optional.empty();
    }
    Content content;
    try {
      content = stored.get().content();
    } catch (AssayException e) {
      rejected.add(new Referrers.Rejected(entry, e.code().id() + ": " + e.getMessage()));
      return Optional.empty();
    }
    if (content.subject().filter(s -> s.digest().equals(subject)).isEmpty()) {
      rejected.add(new Referrers.Rejected(entry, "its subject is another one"));
      return Optional.empty();
    }
    return Optional.of(
        stored
            .get()
            .descriptor()
            .withArtifactType(content.effectiveArtifactType())
            .withAnnotations(content.annotations()));
  }

  /**
   * Adds an entry to the index under the tag. There is no way to make a registry do this in one
   * step, so what was written is read back after a moment, and written again if another writer's
   * index took its place.
   *
   * @throws AssayException with {@link Code#SERVER_ERROR} if others keep overwriting it
   */
  void addToFallback(Digest subject, Descriptor entry) {
    String tag = fallbackTag(subject);
    Object turn = WRITING.computeIfAbsent(repository.name() + ":" + tag, name -> new Object());
    synchronized (turn) {
      Map<Digest, Descriptor> ours = new LinkedHashMap<>();
      ours.put(entry.digest(), entry);
      for (int attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
        Index before = fromTag(subject);
        if (before.manifests().size() > MOST_LISTED) {
          throw tooMany(subject);
        }
        Map<Digest, Descriptor> wanted = new LinkedHashMap<>();
        before.manifests().forEach(d -> wanted.put(d.digest(), d));
        // Also what was there the last time and was lost since: another writer's race with us.
        ours.forEach(wanted::putIfAbsent);
        wanted.put(entry.digest(), entry);
        List<Descriptor> after = List.copyOf(wanted.values());
        if (after.equals(before.manifests())) {
          return;
        }
        try {
          repository.put(Index.oci(after).bytes(), MediaTypes.INDEX, tag);
        } catch (AssayException e) {
          boolean refused = e.code() == Code.BAD_RESPONSE || e.code() == Code.NOT_FOUND;
          List<Descriptor> there = refused ? present(after) : after;
          if (there.size() == after.size()) {
            throw e;
          }
          // Some registries take no list that names what was deleted since.
          repository.put(Index.oci(there).bytes(), MediaTypes.INDEX, tag);
          wanted.keySet().retainAll(there.stream().map(Descriptor::digest).toList());
          ours.keySet().retainAll(wanted.keySet());
        }
        ours.putAll(wanted);
        pause(attempt);
      }
    }
    throw new AssayException(
        Code.SERVER_ERROR,
        "the list of what refers to "
            + subject.brief()
            + " in "
            + Text.printable(repository.name())
            + " is overwritten by others again and again",
        "try again; the manifest itself is pushed");
  }

  private List<Descriptor> present(List<Descriptor> entries) {
    return entries.stream()
        .filter(d -> repository.findHere(d.digest().toString()).isPresent())
        .toList();
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
