package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.net.ByteSource;
import dev.assay.net.Http;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pushes one blob: mounted from another repository if possible, else POST and one PUT. When the
 * connection breaks, the registry is asked how much arrived, and the rest is sent with PATCH.
 */
final class BlobUpload {

  private static final int ATTEMPTS = 3;
  private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-([0-9]{1,18})");

  private final RemoteRepository repository;
  private final Descriptor blob;
  private final HashedSource source;

  BlobUpload(RemoteRepository repository, Descriptor blob, ByteSource source) {
    this.repository = repository;
    this.blob = blob;
    this.source = new HashedSource(blob, source);
  }

  /**
   * @param from a repository of the same registry to mount from
   */
  void run(Optional<String> from) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Optional<URI> location = begin(from);
      if (location.isEmpty() || put(location.get(), attempt == ATTEMPTS)) {
        return;
      }
      for (int again = 1; again <= ATTEMPTS; again++) {
        Optional<Arrived> arrived = arrived(location.get());
        if (arrived.isEmpty()) {
          break;
        }
        location = rest(arrived.get());
        if (location.isPresent() && put(location.get(), new byte[0], again == ATTEMPTS)) {
          return;
        }
        location = Optional.of(arrived.get().location());
      }
    }
  }

  /**
   * @param offset bytes that the registry has
   */
  private record Arrived(URI location, long offset) {}

  /** How much of an upload that broke off is there; empty if it is lost, or nothing is there. */
  private Optional<Arrived> arrived(URI location) {
    try (Reply reply = repository.upload(Request.get(location))) {
      Matcher range = RANGE.matcher(reply.header("range").orElse(""));
      if (reply.status() != 204 || !range.matches()) {
        return Optional.empty();
      }
      long offset = Long.parseLong(range.group(1)) + 1;
      if (offset > blob.size() || offset < 2) {
        return Optional.empty();
      }
      Optional<String> next = reply.header("location");
      return Optional.of(
          new Arrived(next.map(n -> Http.resolve(reply.uri(), n)).orElse(location), offset));
    } catch (AssayException e) {
      return Optional.empty();
    }
  }

  /** Sends what has not arrived; where to go on, or empty if the connection broke again. */
  private Optional<URI> rest(Arrived arrived) {
    if (arrived.offset() == blob.size()) {
      return Optional.of(arrived.location());
    }
    Request request =
        new Request(
            "PATCH",
            arrived.location(),
            Map.of(
                "Content-Type",
                MediaTypes.OCTETS,
                "Content-Range",
                arrived.offset() + "-" + (blob.size() - 1)),
            Optional.of(
                new Request.Payload(
                    source.after(arrived.offset()), blob.size() - arrived.offset())),
            false);
    try (Reply reply = repository.upload(request)) {
      return reply.status() == 202
          ? Optional.of(Http.resolve(reply.uri(), reply.header("location").orElse("")))
          : Optional.empty();
    } catch (AssayException e) {
      throwIfRefused();
      if (e.code() != Code.UNREACHABLE) {
        throw e;
      }
      return Optional.empty();
    }
  }

  // A file that changed is our error, not the registry's.
  private void throwIfRefused() {
    AssayException refused = source.refused();
    if (refused != null) {
      throw refused;
    }
  }

  /** Where to put the bytes; empty if the blob was mounted. */
  private Optional<URI> begin(Optional<String> from) {
    String query = from.map(f -> "?mount=" + blob.digest() + "&from=" + f).orElse("");
    Request request =
        Request.post(repository.endpoint("/blobs/uploads/" + query), new byte[0]).repeating();
    try (Reply reply = repository.upload(request)) {
      if (reply.status() == 201 && from.isPresent()) {
        return Optional.empty();
      }
      if (reply.status() != 202) {
        throw Failures.of(reply, "no upload to " + repository.name());
      }
      return Optional.of(Http.resolve(reply.uri(), reply.header("location").orElse("")));
    }
  }

  private boolean put(URI location, boolean last) throws IOException {
    if (blob.size() == 0) {
      // Nothing will be read of it on the way.
      try (InputStream in = source.open()) {
        in.readAllBytes();
      } catch (IOException e) {
        throwIfRefused();
        throw e;
      }
    }
    return put(location, Optional.of(new Request.Payload(source, blob.size())), last);
  }

  private boolean put(URI location, byte[] nothing, boolean last) {
    return put(
        location, Optional.of(new Request.Payload(ByteSource.of(nothing), nothing.length)), last);
  }

  /** Whether the blob is there; otherwise the upload broke off and may be gone on with. */
  private boolean put(URI location, Optional<Request.Payload> payload, boolean last) {
    String separator = location.getRawQuery() == null ? "?" : "&";
    URI uri =
        URI.create(location + separator + "digest=" + blob.digest().toString().replace(":", "%3A"));
    Request request =
        new Request("PUT", uri, Map.of("Content-Type", MediaTypes.OCTETS), payload, false);
    try (Reply reply = repository.upload(request)) {
      if (reply.status() == 201 || reply.status() == 204) {
        return true;
      }
      boolean lost = reply.status() == 404 || reply.status() == 416 || reply.status() >= 500;
      if (!lost || last) {
        throw Failures.of(
            reply, "the blob " + blob.digest().brief() + " was not taken by " + repository.name());
      }
      return false;
    } catch (AssayException e) {
      throwIfRefused();
      if (e.code() != Code.UNREACHABLE || last) {
        throw e;
      }
      return false;
    }
  }
}
