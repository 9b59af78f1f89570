package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hasher;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Fetches one blob into a sink, going on where it was when the connection breaks, and at the next
 * place to fetch from when one fails.
 */
final class BlobDownload {

  private static final int ATTEMPTS = 4;
  private static final int PIECE = 256 << 10;

  private final List<RemoteRepository> sources;
  private final Descriptor blob;
  private final Hasher hasher;
  private RemoteRepository repository;
  private long received;

  /**
   * @param sources in the order in which they are asked
   */
  BlobDownload(List<RemoteRepository> sources, Descriptor blob) {
    this.sources = sources;
    this.repository = sources.getFirst();
    this.blob = blob;
    this.hasher = Hasher.of(blob.digest().algorithm());
  }

  void to(OutputStream sink) throws IOException {
    for (int i = 0; ; i++) {
      repository = sources.get(i);
      try {
        for (int attempt = 1; !part(sink, attempt == ATTEMPTS); attempt++) {}
        break;
      } catch (AssayException e) {
        if (i == sources.size() - 1) {
          throw e;
        }
      }
    }
    if (received != blob.size()) {
      throw wrongSize(received + " bytes came");
    }
    Digest actual = hasher.finish();
    if (!actual.equals(blob.digest())) {
      throw new AssayException(
          Code.DIGEST_MISMATCH,
          "the bytes that "
              + Text.printable(repository.name())
              + " gives as "
              + blob.digest()
              + " have the digest "
              + actual);
    }
  }

  /** Whether the body came to its end; otherwise the connection broke and may be tried again. */
  private boolean part(OutputStream sink, boolean last) throws IOException {
    Request request = Request.get(repository.blobUri(blob.digest()));
    if (received > 0) {
      request = request.with("Range", "bytes=" + received + "-");
    }
    try (Reply reply = repository.read(request)) {
      check(reply);
      byte[] buffer = new byte[PIECE];
      long skip = reply.status() == 200 ? received : 0;
      while (true) {
        int count = 0;
        IOException broken = null;
        boolean end = false;
        // A piece is worth hashing and writing; what arrives at once is a sixteenth of one.
        while (count < PIECE && !end && broken == null) {
          try {
            int more = reply.body().read(buffer, count, PIECE - count);
            end = more < 0;
            count += Math.max(0, more);
          } catch (IOException e) {
            broken = e;
          }
        }
        int from = (int) Math.min(skip, count);
        skip -= from;
        received += count - from;
        if (received > blob.size()) {
          throw wrongSize("more come");
        }
        hasher.update(buffer, from, count - from);
        sink.write(buffer, from, count - from);
        if (broken != null && last) {
          throw new AssayException(
              Code.UNREACHABLE,
              "the blob "
                  + blob.digest().brief()
                  + " of "
                  + Text.printable(repository.name())
                  + " does not come through: "
                  + received
                  + " of "
                  + blob.size()
                  + " bytes, then: "
                  + Text.printable(String.valueOf(broken.getMessage())),
              broken);
        }
        if (end || broken != null) {
          return end;
        }
      }
    }
  }

  private void check(Reply reply) {
    int status = reply.status();
    if (status == 404) {
      throw new AssayException(
          Code.CONTENT_MISSING,
          Text.printable(repository.name()) + " has no blob " + blob.digest());
    }
    boolean resumed =
        status == 206
            && received > 0
            && reply
                .header("content-range")
                .filter(r -> r.startsWith("bytes " + received + "-"))
                .isPresent();
    if (status != 200 && !resumed) {
      throw Failures.of(reply, "no blob " + blob.digest().brief() + " of " + repository.name());
    }
    long expected = resumed ? blob.size() - received : blob.size();
    if (reply.length().isPresent() && reply.length().getAsLong() != expected) {
      throw wrongSize(reply.length().getAsLong() + " are announced");
    }
  }

  private AssayException wrongSize(String found) {
    return new AssayException(
        Code.SIZE_MISMATCH,
        "the blob "
            + blob.digest().brief()
            + " of "
            + Text.printable(repository.name())
            + " should have "
            + blob.size()
            + " bytes; "
            + found);
  }
}
