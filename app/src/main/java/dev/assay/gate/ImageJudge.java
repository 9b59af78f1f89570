package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.oci.Reference;

/** Decides about one image. Called on many threads at once. */
@FunctionalInterface
public interface ImageJudge {

  /**
   * Judges an image.
   *
   * <p>Interrupted when the time for the request is over; the answer is then not used.
   *
   * @param image a normalised name (see {@link Reference}): registry, repository, and a tag, a
   *     digest or both; where there is a digest, that is what to judge
   * @throws AssayException if it cannot be told; the image is then refused with its code
   */
  Judgement judge(String image);
}
