package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.net.ByteSource;
import dev.assay.net.Http;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;

/** One repository of a registry. */
public final class RemoteRepository implements ImageStore {

  private static final String ACCEPT =
      String.join(
          ", ",
          MediaTypes.MANIFEST,
          MediaTypes.INDEX,
          MediaTypes.DOCKER_MANIFEST,
          MediaTypes.DOCKER_LIST);

  private static final int TAG_PAGES = 1_000;

  private final RegistryClient client;
  private final Reference repository;
  private final RemoteReferrers referrers;

  // Opened to complete a listing. What has a digest does not change.
  private final Map<String, StoredManifest> opened = new ConcurrentHashMap<>();
  private final AtomicLong openedBytes = new AtomicLong();

  // Where to fetch from instead, in this order; empty when only here.
  private final List<Source> sources;

  private record Source(RemoteRepository repository, boolean tags, boolean digests) {}

  RemoteRepository(RegistryClient client, Reference repository) {
    this(client, repository, List.of());
  }

  RemoteRepository(
      RegistryClient client, Reference repository, List<RegistriesConf.Source> sources) {
    this.client = client;
    this.repository = repository;
    this.referrers = new RemoteReferrers(this);
    this.sources =
        sources.stream()
            .map(
                s -> new Source(new RemoteRepository(client, s.reference()), s.tags(), s.digests()))
            .toList();
  }

  Reference reference() {
    return repository;
  }

  /** The same repository without mirrors: where what is written goes. */
  RemoteRepository here() {
    return sources.isEmpty() ? this : new RemoteRepository(client, repository);
  }

  @Override
  public String name() {
    return repository.name();
  }

  URI endpoint(String path) {
    return client.endpoint(repository, repository.repository() + path);
  }

  Reply read(Request request) {
    return client.send(repository, request, false);
  }

  private Reply write(Request request) {
    return client.send(repository, request, true);
  }

  // ---- manifests

  /** A question to a repository that may not have the answer. */
  @FunctionalInterface
  private interface Question<T> {
    Optional<T> ask(RemoteRepository repository);
  }

  /**
   * The first answer of those that are asked. A mirror that fails is passed over; the last is where
   * the name itself leads, and when it fails that is said: nobody's failure is "there is nothing".
   */
  private <T> Optional<T> first(boolean byDigest, Question<T> question) {
    for (Source source : sources.subList(0, sources.size() - 1)) {
      if (byDigest ? source.digests() : source.tags()) {
        try {
          Optional<T> answer = question.ask(source.repository());
          if (answer.isPresent()) {
            return answer;
          }
        } catch (AssayException e) {
          // The next one is asked.
        }
      }
    }
    return question.ask(sources.getLast().repository());
  }

  @Override
  public Optional<StoredManifest> find(String tagOrDigest) {
    return sources.isEmpty()
        ? findOnce(tagOrDigest)
        : first(Digest.isDigest(tagOrDigest), r -> r.findOnce(tagOrDigest));
  }

  private Optional<StoredManifest> findOnce(String tagOrDigest) {
    StoredManifest known = opened.get(tagOrDigest);
    return known == null ? findHere(tagOrDigest) : Optional.of(known);
  }

  /** A manifest that a listing does not say the kind of; whoever wants it then has it already. */
  Optional<StoredManifest> open(Digest digest) {
    Optional<StoredManifest> found = findHere(digest.toString());
    if (found.isPresent()
        && openedBytes.addAndGet(found.get().bytes().length) <= Limits.MANIFEST_BYTES) {
      opened.put(digest.toString(), found.get());
    }
    return found;
  }

  /** As {@link #find}, without mirrors: what is changed is read where it is changed. */
  Optional<StoredManifest> findHere(String tagOrDigest) {
    URI uri = manifestUri(tagOrDigest);
    try (Reply reply = read(Request.get(uri).with("Accept", ACCEPT))) {
      if (reply.status() == 404) {
        return Optional.empty();
      }
      if (reply.status() != 200) {
        throw Failures.of(reply, "no manifest " + tagOrDigest + " of " + name());
      }
      byte[] bytes = reply.bytes(Limits.MANIFEST_BYTES);
      return Optional.of(checked(tagOrDigest, reply, bytes));
    }
  }

  private URI manifestUri(String tagOrDigest) {
    if (!Names.isTag(tagOrDigest) && !Digest.isDigest(tagOrDigest)) {
      throw new AssayException(
          Code.BAD_REFERENCE, "neither a tag nor a digest: " + Text.quote(tagOrDigest));
    }
    return endpoint("/manifests/" + tagOrDigest);
  }

  private StoredManifest checked(String tagOrDigest, Reply reply, byte[] bytes) {
    Optional<String> stated = reply.header("docker-content-digest").filter(s -> !s.isEmpty());
    if (stated.isPresent() && !Digest.isDigest(stated.get())) {
      throw new AssayException(
          Code.BAD_RESPONSE,
          Text.printable(name()) + " states a digest that is none: " + Text.quote(stated.get()));
    }
    Optional<Digest> asked =
        Digest.isDigest(tagOrDigest) ? Optional.of(Digest.parse(tagOrDigest)) : Optional.empty();
    Optional<Digest> header = stated.map(Digest::parse);
    Digest digest = asked.or(() -> header).orElseGet(() -> Hashes.sha256Digest(bytes));
    for (Digest claim : List.of(digest, header.orElse(digest))) {
      Digest actual = Hashes.digest(claim.algorithm(), bytes);
      if (!actual.equals(claim)) {
        throw new AssayException(
            Code.DIGEST_MISMATCH,
            "the manifest that "
                + Text.printable(name())
                + " gives as "
                + claim
                + " has the digest "
                + actual);
      }
    }
    String mediaType = reply.header("content-type").map(MediaTypes::base).orElse("");
    if (!MediaTypes.isManifest(mediaType) && !MediaTypes.isIndex(mediaType)) {
      throw new AssayException(
          Code.BAD_MEDIA_TYPE,
          Text.printable(name())
              + " gives "
              + Text.quote(tagOrDigest)
              + " as "
              + Text.quote(mediaType)
              + ", which is no manifest");
    }
    return new StoredManifest(Descriptor.of(mediaType, digest, bytes.length), bytes);
  }

  @Override
  public Descriptor writeManifest(byte[] bytes, String mediaType, Optional<String> tag) {
    Content content = Content.parse(bytes, mediaType);
    Descriptor descriptor = Descriptor.of(mediaType, bytes);
    boolean listed = put(bytes, mediaType, tag.orElseGet(() -> descriptor.digest().toString()));
    if (content.subject().isPresent() && !listed) {
      Descriptor entry =
          descriptor
              .withArtifactType(content.effectiveArtifactType())
              .withAnnotations(content.annotations());
      referrers.addToFallback(content.subject().get().digest(), entry);
    }
    return descriptor;
  }

  /** Whether the registry says that it lists the manifest as a referrer. */
  boolean put(byte[] bytes, String mediaType, String tagOrDigest) {
    Request request =
        Request.put(manifestUri(tagOrDigest), ByteSource.of(bytes), bytes.length)
            .with("Content-Type", mediaType);
    try (Reply reply = write(request)) {
      if (reply.status() != 201 && reply.status() != 200 && reply.status() != 202) {
        throw Failures.of(reply, "the manifest was not taken by " + name());
      }
      Optional<String> stated = reply.header("docker-content-digest").filter(Digest::isDigest);
      if (stated.isPresent()) {
        Digest theirs = Digest.parse(stated.get());
        if (!Hashes.matches(theirs, bytes)) {
          throw new AssayException(
              Code.DIGEST_MISMATCH,
              Text.printable(name()) + " took the manifest for another one, " + theirs);
        }
      }
      return reply.header("oci-subject").isPresent();
    }
  }

  // ---- blobs

  URI blobUri(Digest digest) {
    return endpoint("/blobs/" + digest);
  }

  @Override
  public boolean hasBlob(Digest digest) {
    try (Reply reply = read(Request.head(blobUri(digest)))) {
      if (reply.status() == 404) {
        return false;
      }
      if (reply.status() != 200) {
        throw Failures.of(reply, "whether " + name() + " has " + digest.brief() + " is not known");
      }
      return true;
    }
  }

  @Override
  public void readBlob(Descriptor blob, OutputStream sink) throws IOException {
    if (blob.size() > Limits.BLOB_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE,
          blob.digest().brief()
              + " is stated to have "
              + blob.size()
              + " bytes; at most "
              + Limits.BLOB_BYTES
              + " are read");
    }
    List<RemoteRepository> from =
        sources.isEmpty()
            ? List.of(this)
            : sources.stream().filter(Source::digests).map(Source::repository).toList();
    new BlobDownload(from, blob).to(sink);
  }

  @Override
  public void writeBlob(Descriptor blob, ByteSource source) throws IOException {
    if (!hasBlob(blob.digest())) {
      new BlobUpload(this, blob, source).run(Optional.empty());
    }
  }

  /**
   * As {@link #writeBlob}, but the registry may take the blob from another of its repositories.
   *
   * @param from a repository of the same registry that has the blob
   */
  public void mountOrWriteBlob(Descriptor blob, Reference from, ByteSource source)
      throws IOException {
    if (!hasBlob(blob.digest())) {
      boolean same = from.registry().equals(repository.registry());
      new BlobUpload(this, blob, source)
          .run(same ? Optional.of(from.repository()) : Optional.empty());
    }
  }

  /** As {@link #writeBlob}, for a blob that was asked for and is not there. */
  void pushBlob(Descriptor blob, ByteSource source) throws IOException {
    new BlobUpload(this, blob, source).run(Optional.empty());
  }

  /**
   * Asks the registry to take a blob from another of its repositories; false if it does not.
   *
   * @param from a repository that has the blob
   */
  boolean mount(Descriptor blob, Reference from) {
    if (!from.registry().equals(repository.registry())
        || from.repository().equals(repository.repository())) {
      return false;
    }
    String query = "?mount=" + blob.digest() + "&from=" + from.repository();
    try (Reply reply =
        write(Request.post(endpoint("/blobs/uploads/" + query), new byte[0]).repeating())) {
      if (reply.status() == 201) {
        return true;
      }
      // It offers an upload instead; another one is begun when the bytes are at hand.
      if (reply.status() == 202) {
        reply.header("location").ifPresent(l -> forget(Http.resolve(reply.uri(), l)));
      }
      return false;
    }
  }

  private void forget(URI upload) {
    try (Reply reply = write(new Request("DELETE", upload, Map.of(), Optional.empty(), false))) {
      reply.status();
    } catch (AssayException e) {
      // The registry forgets it by itself.
    }
  }

  Reply upload(Request request) {
    return write(request);
  }

  // ---- listings

  @Override
  public List<String> tags() {
    if (!sources.isEmpty()) {
      return sources.getLast().repository().tags();
    }
    List<String> tags = new ArrayList<>();
    URI next = endpoint("/tags/list");
    for (int page = 0; page < TAG_PAGES; page++) {
      try (Reply reply = read(Request.get(next))) {
        if (reply.status() == 404) {
          return tags;
        }
        if (reply.status() != 200) {
          throw Failures.of(reply, "no list of tags of " + name());
        }
        Fields f =
            Fields.of(
                Json.parse(reply.bytes(Limits.ANSWER_BYTES), Limits.ANSWER_BYTES),
                "tags",
                Code.BAD_RESPONSE);
        tags.addAll(f.strings("tags", Limits.TAGS));
        Optional<URI> more = nextPage(reply);
        if (tags.size() > Limits.TAGS) {
          break;
        }
        if (more.isEmpty()) {
          return tags;
        }
        next = more.get();
      }
    }
    throw new AssayException(
        Code.TOO_MANY, "the list of tags of " + Text.printable(name()) + " does not end");
  }

  /** The page that a Link header names (RFC 8288), if there is one. */
  static Optional<URI> nextPage(Reply reply) {
    for (String header : reply.headers("link")) {
      int open = header.indexOf('<');
      int close = header.indexOf('>', open + 1);
      if (open >= 0 && close > 0) {
        String parameters = header.substring(close + 1).replace("\"", "").replace(" ", "");
        if (parameters.contains("rel=next")) {
          return Optional.of(Http.resolve(reply.uri(), header.substring(open + 1, close)));
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public Referrers referrers(Digest subject, Optional<String> artifactType) {
    return sources.isEmpty()
        ? referrers.list(subject, artifactType)
        : fromSources(r -> r.referrers(subject, artifactType));
  }

  @Override
  public Referrers search(
      Digest subject, Optional<String> artifactType, Predicate<Descriptor> wanted) {
    return sources.isEmpty()
        ? referrers.search(subject, artifactType, wanted)
        : fromSources(r -> r.search(subject, artifactType, wanted));
  }

  // Many mirrors have images and not what refers to them: nothing there is no answer yet.
  @SuppressWarnings("ReferenceEquality") // whether it is that object
  private Referrers fromSources(Function<RemoteRepository, Referrers> question) {
    return first(
            true,
            r -> {
              Referrers listed = question.apply(r);
              boolean nothing = listed.found().isEmpty() && listed.rejected().isEmpty();
              return nothing && r != sources.getLast().repository()
                  ? Optional.empty()
                  : Optional.of(listed);
            })
        .orElseThrow();
  }
}
