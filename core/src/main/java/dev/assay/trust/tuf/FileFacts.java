package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.crypto.Hashes;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What metadata says of a file: its length and digests. Digests by algorithms that are not known
 * are left out.
 *
 * @param length in bytes; absent where the metadata does not bind it
 */
record FileFacts(OptionalLong length, List<Digest> digests) {

  static FileFacts read(Fields f) {
    OptionalLong length = OptionalLong.empty();
    if (f.has("length")) {
      long stated = Metadata.number(f, "length");
      if (stated < 0) {
        throw f.bad("length", "negative");
      }
      length = OptionalLong.of(stated);
    }
    List<Digest> digests = new ArrayList<>();
    if (f.has("hashes")) {
      Fields hashes = f.object("hashes");
      for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
        if (hashes.has(algorithm.id())) {
          digests.add(digest(hashes, algorithm));
        }
      }
      if (digests.isEmpty()) {
        throw f.bad("hashes", "none that is known");
      }
    }
    return new FileFacts(length, digests);
  }

  private static Digest digest(Fields hashes, Digest.Algorithm algorithm) {
    try {
      return new Digest(algorithm, hashes.string(algorithm.id()));
    } catch (AssayException e) {
      throw new AssayException(
          Code.BAD_METADATA, hashes.at(algorithm.id()) + ": " + e.getMessage(), e);
    }
  }

  /** How much of the file may be read. */
  int cap(int limit) {
    return length.isPresent() ? (int) Math.min(length.getAsLong(), limit) : limit;
  }

  /**
   * @throws AssayException with {@link Code#SIZE_MISMATCH} or {@link Code#DIGEST_MISMATCH}
   */
  void check(String name, byte[] content) {
    if (length.isPresent() && length.getAsLong() != content.length) {
      throw new AssayException(
          Code.SIZE_MISMATCH,
          name + " has " + content.length + " bytes; the metadata says " + length.getAsLong());
    }
    for (Digest digest : digests) {
      if (!Hashes.matches(digest, content)) {
        throw new AssayException(
            Code.DIGEST_MISMATCH, name + " does not have the digest " + digest);
      }
    }
  }
}
