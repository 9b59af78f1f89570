package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.net.ByteSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One repository, in a registry or in an image layout. What is read has been hashed and compared
 * with the digest that names it; a store can lie about what a tag points to and about what it has,
 * not about content.
 *
 * <p>All methods throw {@link AssayException} for what cannot be reached or read: {@link
 * Code#UNREACHABLE}, {@link Code#THROTTLED}, {@link Code#UNAUTHORIZED}, {@link Code#SERVER_ERROR},
 * {@link Code#BAD_RESPONSE} from a registry, {@link Code#FILE_UNREADABLE} from a layout. Only a
 * store that answered and does not have it gives an empty result.
 */
public interface ImageStore {

  /** What the store is called in messages. */
  String name();

  /**
   * The manifest under a tag or a digest; empty if the store does not have it.
   *
   * @throws AssayException with {@link Code#DIGEST_MISMATCH} if the bytes are not what the digest
   *     asked for (or stated with the answer) names
   */
  Optional<StoredManifest> find(String tagOrDigest);

  /**
   * @throws AssayException as {@link #find}, and with {@link Code#NOT_FOUND}
   */
  default StoredManifest manifest(String tagOrDigest) {
    return find(tagOrDigest)
        .orElseThrow(() ->
            new AssayException(
                Code.NOT_FOUND,
                Text.printable(name()) + " has no manifest " + Text.quote(tagOrDigest)));
  }

  default StoredManifest manifest(Digest digest) {
    return manifest(digest.toString());
  }

  boolean hasBlob(Digest digest);

  /**
   * Writes a blob to a sink while it is hashed. When this throws, what the sink got is worthless.
   *
   * @throws AssayException with {@link Code#SIZE_MISMATCH} or {@link Code#DIGEST_MISMATCH} if it is
   *     not what the descriptor says, with {@link Code#CONTENT_MISSING} if it is not there
   * @throws IOException of the sink
   */
  void readBlob(Descriptor blob, OutputStream sink) throws IOException;

  /**
   * A small blob, whole.
   *
   * @throws AssayException as {@link #readBlob}, and with {@link Code#TOO_LARGE} if it is stated to
   *     have more than {@code limit} bytes
   */
  default byte[] blob(Descriptor blob, int limit) {
    if (blob.data().isPresent()) {
      return blob.data().get().bytes().clone();
    }
    if (blob.size() > limit) {
      throw new AssayException(
          Code.TOO_LARGE,
          blob.digest().brief() + " has " + blob.size() + " bytes; at most " + limit + " are read");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) blob.size());
    try {
      readBlob(blob, bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Stores a blob unless it is there already.
   *
   * @throws AssayException with {@link Code#DIGEST_MISMATCH} or {@link Code#SIZE_MISMATCH} if the
   *     source is not what the descriptor says; then nothing is stored
   */
  void writeBlob(Descriptor blob, ByteSource source) throws IOException;

  /**
   * Stores a manifest, and lists it as a referrer if it has a subject.
   *
   * @param tag the tag to set; without one it is stored under its digest only
   * @throws AssayException as {@link Content#parse}
   */
  Descriptor writeManifest(byte[] bytes, String mediaType, Optional<String> tag);

  default Descriptor writeManifest(Content content, Optional<String> tag) {
    return writeManifest(content.bytes(), content.mediaType(), tag);
  }

  /**
   * What refers to a digest. An empty result is an answer: failures are thrown.
   *
   * @param artifactType only these; filtered here whatever the store does
   * @throws AssayException also with {@link Code#TOO_MANY} beyond {@link
   *     dev.assay.bytes.Limits#REFERRERS}
   */
  Referrers referrers(Digest subject, Optional<String> artifactType);

  /**
   * As {@link #referrers}, for somebody who looks for something: the limit on the number holds for
   * what is wanted and for the rest apart, so that others cannot hide it by listing more, and a
   * listing that goes on beyond what is looked at is no failure but said ({@link Referrers#cut}).
   *
   * @param wanted whether an entry may be what is looked for
   */
  default Referrers search(
      Digest subject, Optional<String> artifactType, Predicate<Descriptor> wanted) {
    return referrers(subject, artifactType);
  }

  /** All tags, in the order of the store. */
  List<String> tags();
}
