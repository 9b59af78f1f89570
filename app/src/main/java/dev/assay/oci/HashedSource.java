package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Hasher;
import dev.assay.net.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A blob on its way out, hashed as it is read. The last piece is given only when all of it has the
 * digest and the size that the descriptor says: what differs never leaves whole.
 */
final class HashedSource implements ByteSource {

  private final Descriptor blob;
  private final ByteSource source;
  private final AtomicReference<@Nullable AssayException> refused = new AtomicReference<>();

  HashedSource(Descriptor blob, ByteSource source) {
    this.blob = blob;
    this.source = source;
  }

  /** Why the bytes were not given whole, if it was for what they are. */
  @Nullable AssayException refused() {
    return refused.get();
  }

  @Override
  public InputStream open() throws IOException {
    return new Hashing(source.open());
  }

  /** The same without what the other side has already; all of it is hashed. */
  ByteSource after(long offset) {
    return () -> {
      InputStream in = open();
      try {
        in.skipNBytes(offset);
      } catch (IOException e) {
        in.close();
        throw e;
      }
      return in;
    };
  }

  private final class Hashing extends InputStream {

    private static final int PIECE = 256 << 10;

    private final InputStream in;
    private final Hasher hasher = Hasher.of(blob.digest().algorithm());
    private byte[] ready = new byte[PIECE];
    private byte[] next = new byte[PIECE];
    private int at;
    private int readyCount;
    private int nextCount;
    private long size;

    private boolean begun;

    Hashing(InputStream in) {
      this.in = in;
    }

    /** Reads a piece into {@code next}; when there is none, everything was read and is judged. */
    private int fill() throws IOException {
      int count = in.readNBytes(next, 0, PIECE);
      hasher.update(next, 0, count);
      size += count;
      if (size > blob.size()) {
        throw refuse(Code.SIZE_MISMATCH, "more than " + blob.size() + " bytes");
      }
      if (count < PIECE) {
        if (size != blob.size()) {
          throw refuse(Code.SIZE_MISMATCH, size + " bytes, its descriptor says " + blob.size());
        }
        Digest actual = hasher.finish();
        if (!actual.equals(blob.digest())) {
          throw refuse(
              Code.DIGEST_MISMATCH,
              "the digest " + actual + ", its descriptor says " + blob.digest());
        }
      }
      return count;
    }

    private IOException refuse(Code code, String what) {
      AssayException e = new AssayException(code, "the blob to push has " + what);
      refused.set(e);
      return new IOException(e);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, into.length);
      if (length == 0) {
        return 0;
      }
      if (!begun) {
        begun = true;
        nextCount = fill();
      }
      if (at == readyCount) {
        if (nextCount == 0) {
          return -1;
        }
        byte[] swap = ready;
        ready = next;
        next = swap;
        readyCount = nextCount;
        at = 0;
        // A short piece was the last, and all of it is judged.
        nextCount = readyCount < PIECE ? 0 : fill();
      }
      int count = Math.min(length, readyCount - at);
      System.arraycopy(ready, at, into, offset, count);
      at += count;
      return count;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
