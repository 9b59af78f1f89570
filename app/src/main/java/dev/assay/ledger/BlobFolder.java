package dev.assay.ledger;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Large things beside the log, each named by its digest: {@code
 * blobs/sha256/9f/9f86d081884c7d65...}.
 */
record BlobFolder(Path root) {

  static final String FOLDER = "blobs";

  Path file(Digest digest) {
    return root.resolve(digest.algorithm().id())
        .resolve(digest.hex().substring(0, 2))
        .resolve(digest.hex());
  }

  boolean has(Digest digest) {
    return Files.isRegularFile(file(digest));
  }

  /**
   * @throws AssayException with {@link Code#LEDGER_CORRUPT} if the bytes are not those the digest
   *     names
   */
  Optional<byte[]> read(Digest digest) {
    try {
      Optional<byte[]> content = DurableFiles.read(file(digest), Limits.LEDGER_BLOB_BYTES);
      if (content.isPresent() && !Hashes.matches(digest, content.get())) {
        throw new AssayException(
            Code.LEDGER_CORRUPT, "the blob " + digest + " has other bytes than its name says");
      }
      return content;
    } catch (IOException e) {
      throw new AssayException(Code.FILE_UNREADABLE, "cannot read " + file(digest), e);
    }
  }

  Digest put(byte[] content) {
    if (content.length > Limits.LEDGER_BLOB_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE,
          "a blob of " + content.length + " bytes; at most " + Limits.LEDGER_BLOB_BYTES);
    }
    Digest digest = Hashes.sha256Digest(content);
    try {
      if (intact(digest)) {
        return digest;
      }
      DurableFiles files = new DurableFiles();
      files.replace(file(digest), content);
      files.sync();
      return digest;
    } catch (IOException e) {
      throw new AssayException(Code.LEDGER_WRITE, "cannot write " + file(digest), e);
    }
  }

  // Storing a damaged blob again repairs it: the bytes are what the name says.
  private boolean intact(Digest digest) throws IOException {
    if (!has(digest)) {
      return false;
    }
    try {
      return read(digest).isPresent();
    } catch (AssayException e) {
      if (e.code() == Code.LEDGER_CORRUPT || e.code() == Code.TOO_LARGE) {
        return false;
      }
      throw e;
    }
  }
}
