package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Hasher;
import dev.assay.net.ByteSource;
import dev.assay.net.Http;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Optional;

/** Pushes one blob: mounted from another repository if possible, else POST and one PUT. */
final class BlobUpload {

  private static final int ATTEMPTS = 3;

  private final RemoteRepository repository;
  private final Descriptor blob;
  private final ByteSource source;

  BlobUpload(RemoteRepository repository, Descriptor blob, ByteSource source) {
    this.repository = repository;
    this.blob = blob;
    this.source = source;
  }

  /**
   * @param from a repository of the same registry to mount from
   */
  void run(Optional<String> from) throws IOException {
    checkSource();
    for (int attempt = 1; ; attempt++) {
      Optional<URI> location = begin(from);
      if (location.isEmpty() || put(location.get(), attempt == ATTEMPTS)) {
        return;
      }
    }
  }

  // What is sent has been hashed first: a file that changed is our error, not the registry's.
  private void checkSource() throws IOException {
    Hasher hasher = Hasher.of(blob.digest().algorithm());
    long size = 0;
    try (InputStream in = source.open()) {
      byte[] buffer = new byte[64 << 10];
      for (int n; (n = in.read(buffer)) >= 0; ) {
        hasher.update(buffer, 0, n);
        size += n;
      }
    }
    if (size != blob.size()) {
      throw new AssayException(
          Code.SIZE_MISMATCH,
          "the blob to push has " + size + " bytes, its descriptor says " + blob.size());
    }
    Digest actual = hasher.finish();
    if (!actual.equals(blob.digest())) {
      throw new AssayException(
          Code.DIGEST_MISMATCH,
          "the blob to push has the digest " + actual + ", its descriptor says " + blob.digest());
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

  /** Whether the blob is there; otherwise the upload was lost and may be begun again. */
  private boolean put(URI location, boolean last) {
    String separator = location.getRawQuery() == null ? "?" : "&";
    URI uri =
        URI.create(location + separator + "digest=" + blob.digest().toString().replace(":", "%3A"));
    Request request =
        new Request(
            "PUT",
            uri,
            java.util.Map.of("Content-Type", MediaTypes.OCTETS),
            Optional.of(new Request.Payload(source, blob.size())),
            false);
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
      if (e.code() != Code.UNREACHABLE || last) {
        throw e;
      }
      return false;
    }
  }
}
