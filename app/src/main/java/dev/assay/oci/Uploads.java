package dev.assay.oci;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Hasher;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Blobs that are being uploaded. What has arrived is a file beside the blobs of the repository; an
 * upload nobody continues for an hour is forgotten and its file removed.
 */
final class Uploads {

  static final Duration EXPIRY = Duration.ofHours(1);
  private static final Duration TURN = Duration.ofSeconds(5);
  private static final int MOST = 10_000;

  private final SecureRandom random = new SecureRandom();
  private final Map<String, Upload> open = new ConcurrentHashMap<>();
  private final Clock clock;

  Uploads(Clock clock) {
    this.clock = clock;
  }

  /** One upload. Its methods are called with its lock held. */
  static final class Upload {
    final String id;
    final String repository;
    final ImageLayout layout;
    final Path file;
    final ReentrantLock lock = new ReentrantLock();
    private final Hasher sha256 = Hasher.of(Digest.Algorithm.SHA256);
    private long size;
    private volatile Instant touched;

    private Upload(String id, String repository, ImageLayout layout, Path file, Instant now) {
      this.id = id;
      this.repository = repository;
      this.layout = layout;
      this.file = file;
      this.touched = now;
    }

    long size() {
      return size;
    }

    /**
     * Appends what arrives. What arrived before a connection broke stays: the client asks how much
     * there is and goes on.
     *
     * @param expected bytes that are stated to come, if stated
     */
    void append(InputStream in, Optional<Long> expected) throws IOException {
      long before = size;
      try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
        byte[] buffer = new byte[64 << 10];
        for (int n; (n = in.read(buffer)) >= 0; ) {
          if (size + n > Limits.BLOB_BYTES) {
            throw new RegistryError(413, "SIZE_INVALID", "the blob is too large");
          }
          out.write(buffer, 0, n);
          sha256.update(buffer, 0, n);
          size += n;
        }
      }
      if (expected.isPresent() && size - before != expected.get()) {
        throw RegistryError.sizeInvalid("fewer or more bytes arrived than were announced");
      }
    }

    /** The digest of what arrived; the upload takes nothing after this. */
    Digest finish(Digest.Algorithm algorithm) throws IOException {
      if (algorithm == Digest.Algorithm.SHA256) {
        return sha256.finish();
      }
      Hasher hasher = Hasher.of(algorithm);
      try (InputStream in = Files.newInputStream(file)) {
        byte[] buffer = new byte[64 << 10];
        for (int n; (n = in.read(buffer)) >= 0; ) {
          hasher.update(buffer, 0, n);
        }
      }
      return hasher.finish();
    }
  }

  Upload begin(String repository, ImageLayout layout) throws IOException {
    expire();
    if (open.size() >= MOST) {
      throw new RegistryError(429, "TOOMANYREQUESTS", "too many uploads are open");
    }
    byte[] id = new byte[16];
    random.nextBytes(id);
    Upload upload =
        new Upload(Hex.encode(id), repository, layout, layout.temporaryFile(), clock.instant());
    open.put(upload.id, upload);
    return upload;
  }

  /**
   * The upload, locked for the caller.
   *
   * @throws RegistryError if there is none, or another request is working on it
   */
  Upload take(String repository, String id) {
    Upload upload = open.get(id);
    if (upload == null || !upload.repository.equals(repository)) {
      throw RegistryError.uploadUnknown();
    }
    // A client may have its answer, and send the next piece, before the request that answered is
    // over.
    if (!lock(upload)) {
      throw new RegistryError(409, "BLOB_UPLOAD_INVALID", "another request works on this upload");
    }
    if (!open.containsKey(id)) {
      upload.lock.unlock();
      throw RegistryError.uploadUnknown();
    }
    upload.touched = clock.instant();
    return upload;
  }

  private static boolean lock(Upload upload) {
    try {
      return upload.lock.tryLock(TURN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Forgets the upload and removes its file if it is still there. */
  void end(Upload upload) throws IOException {
    open.remove(upload.id);
    Files.deleteIfExists(upload.file);
  }

  private void expire() throws IOException {
    Instant limit = clock.instant().minus(EXPIRY);
    for (Iterator<Upload> all = open.values().iterator(); all.hasNext(); ) {
      Upload upload = all.next();
      if (upload.touched.isBefore(limit) && upload.lock.tryLock()) {
        try {
          all.remove();
          Files.deleteIfExists(upload.file);
        } finally {
          upload.lock.unlock();
        }
      }
    }
  }

  void close() {
    for (Upload upload : open.values()) {
      try {
        end(upload);
      } catch (IOException e) {
        // The next start removes it.
      }
    }
  }
}
