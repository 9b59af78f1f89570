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
  private static final int WRITE_ATTEMPTS = 6;

  // Within one process writers take turns.
  private static final Map<String, Object> WRITING = new ConcurrentHashMap<>();

  private final RemoteRepository repository;

  RemoteReferrers(RemoteRepository repository) {
    this.repository = repository;
  }

  Referrers list(Digest subject, Optional<String> artifactType) {
    Optional<List<Descriptor>> api = fromApi(subject, artifactType);
    Referrers.Source source =
        api.isPresent() ? Referrers.Source.API : Referrers.Source.FALLBACK_TAG;
    List<Descriptor> listed = api.orElseGet(() -> fromTag(subject).manifests());
    List<Descriptor> found = new ArrayList<>();
    List<Referrers.Rejected> rejected = new ArrayList<>();
    int opened = 0;
    for (Descriptor entry : listed) {
      Optional<Descriptor> complete = Optional.of(entry);
      if (isIncomplete(entry, source)) {
        if (++opened > Limits.REFERRERS) {
          throw tooMany(subject);
        }
        complete = complete(subject, entry, rejected);
      }
      complete
          .filter(d -> artifactType.isEmpty() || artifactType.equals(d.artifactType()))
          .ifPresent(found::add);
      if (found.size() > Limits.REFERRERS) {
        throw tooMany(subject);
      }
    }
    return new Referrers(found, rejected, source);
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

  /** Empty when the registry does not have the API. */
  private Optional<List<Descriptor>> fromApi(Digest subject, Optional<String> artifactType) {
    String filter =
        artifactType
            .map(t -> "?artifactType=" + URLEncoder.encode(t, StandardCharsets.UTF_8))
            .orElse("");
    URI next = repository.endpoint("/referrers/" + subject + filter);
    List<Descriptor> all = new ArrayList<>();
    for (int page = 0; page < MOST_PAGES; page++) {
      try (Reply reply = repository.read(Request.get(next).with("Accept", MediaTypes.INDEX))) {
        if (page == 0 && !isApi(reply)) {
          return Optional.empty();
        }
        if (reply.status() != 200) {
          throw Failures.of(reply, "what refers to " + subject.brief() + " is not known");
        }
        byte[] bytes = reply.bytes(Limits.MANIFEST_BYTES);
        if (!(Content.parse(bytes, MediaTypes.INDEX) instanceof Index index)) {
          throw new IllegalStateException("an index was read");
        }
        all.addAll(index.manifests());
        Optional<URI> more = RemoteRepository.nextPage(reply);
        if (more.isEmpty()) {
          return Optional.of(all);
        }
        if (all.size() > MOST_LISTED) {
          break;
        }
        next = more.get();
      }
    }
    throw tooMany(subject);
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
      if (index.manifests().size() > MOST_LISTED) {
        throw tooMany(subject);
      }
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

  private static boolean isIncomplete(Descriptor entry, Referrers.Source source) {
    boolean untyped =
        entry.artifactType().isEmpty() || entry.artifactType().get().equals(MediaTypes.EMPTY);
    return untyped || source == Referrers.Source.FALLBACK_TAG && entry.annotations().isEmpty();
  }

  /** The entry as its manifest says it is; empty, and noted, if that is about something else. */
  private Optional<Descriptor> complete(
      Digest subject, Descriptor entry, List<Referrers.Rejected> rejected) {
    Optional<StoredManifest> stored = repository.findHere(entry.digest().toString());
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
