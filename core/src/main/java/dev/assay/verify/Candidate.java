package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.attest.EvidenceReader;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A piece of evidence as it was found, or the news that one could not be fetched. The difference
 * matters: what is not there is a refusal, what could not be read leaves the question open.
 *
 * @param origin where it was found, for people: a file, a referrer's digest
 * @param bytes a Sigstore bundle; empty when it could not be fetched
 * @param bundle what the bytes say, where they were read already: an older form, one of several in
 *     a file
 * @param failure why it could not be fetched
 * @param documents where to find the documents that it names and does not hold
 */
// Evidence can be large and is only read; a copy at each step would double it.
@SuppressWarnings("ArrayRecordComponent")
public record Candidate(
    String origin,
    byte[] bytes,
    Optional<Bundle> bundle,
    Optional<Failure> failure,
    DocumentSource documents) {

  /** Why evidence could not be fetched. */
  public record Failure(Code code, String message) {}

  /** A Sigstore bundle. */
  public static Candidate of(String origin, byte[] bytes) {
    return new Candidate(origin, bytes, Optional.empty(), Optional.empty(), DocumentSource.NONE);
  }

  /**
   * Evidence of any form that was read already.
   *
   * @param bytes what it was read from, by which records name it
   */
  public static Candidate of(String origin, byte[] bytes, Bundle bundle) {
    return new Candidate(origin, bytes, Optional.of(bundle), Optional.empty(), DocumentSource.NONE);
  }

  /**
   * What a file of evidence holds: one piece or several, in any of the forms that {@link
   * EvidenceReader} reads. A file that cannot be read is a candidate as well, of which the verdict
   * says what is wrong with it.
   *
   * @param origin where the file was found, for people
   */
  public static List<Candidate> read(String origin, byte[] file) {
    List<EvidenceReader.Piece> pieces;
    try {
      pieces = EvidenceReader.pieces(file, Limits.SBOM_BYTES);
    } catch (AssayException e) {
      return List.of(of(origin, file));
    }
    List<Candidate> out = new ArrayList<>();
    for (EvidenceReader.Piece piece : pieces) {
      out.add(
          of(
              piece.where().isEmpty() ? origin : origin + " (" + piece.where() + ")",
              piece.bytes(),
              piece.bundle()));
    }
    return out;
  }

  /** What is known to be there and could not be had. */
  public static Candidate unreadable(String origin, Code code, String message) {
    return new Candidate(
        origin,
        new byte[0],
        Optional.empty(),
        Optional.of(new Failure(code, message)),
        DocumentSource.NONE);
  }

  /** The same, with where its documents are found. */
  public Candidate withDocuments(DocumentSource source) {
    return new Candidate(origin, bytes, bundle, failure, source);
  }
}
