package dev.assay.verify;

import dev.assay.attest.DocumentReference;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;

/**
 * Where the documents are that evidence names and does not hold. Asked only for what a trusted
 * signer named; what it gives is compared with the digest by whoever asks.
 */
@FunctionalInterface
public interface DocumentSource {

  /**
   * The document's bytes.
   *
   * @param limit how many there may be
   * @throws AssayException with {@link Code#CONTENT_MISSING} if it is not there, with {@link
   *     Code#TOO_LARGE}, and with the codes of what could not be reached or read
   */
  byte[] read(DocumentReference reference, int limit);

  /** There are none. Not a lambda: it is made in every verification, before the first verdict. */
  DocumentSource NONE =
      new DocumentSource() {
        @Override
        public byte[] read(DocumentReference reference, int limit) {
          throw new AssayException(
              Code.CONTENT_MISSING, "the document " + reference.digest() + " is not at hand");
        }
      };
}
