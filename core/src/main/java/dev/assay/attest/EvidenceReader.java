package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.JsonReader;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads a file with signatures, in whichever form: what it is is told by its content, never by its
 * name.
 *
 * <ul>
 *   <li>a Sigstore bundle, version 0.1 to 0.3
 *   <li>bundles one after the other, each beginning on a line of its own (GitHub's {@code .jsonl})
 *   <li>a list of attestations as npm's registry and GitHub's API answer with it: {@code
 *       {"attestations":[{"predicateType":...,"bundle":{...}}]}}
 *   <li>DSSE envelopes, one or several ({@code .intoto.jsonl})
 *   <li>the JSON of cosign's {@code --bundle} before version 3
 *   <li>provenance of Google Cloud Build, as {@code gcloud} prints it
 *   <li>a signature from a registry, packed by {@link OciSignature#pack}
 * </ul>
 *
 * <p>All or nothing: one piece that cannot be read makes the file unreadable, and the error says
 * which. Nothing is verified.
 */
public final class EvidenceReader {

  static final String READ =
      "read are: Sigstore bundles (0.1 to 0.3), DSSE envelopes, lists of attestations of npm and"
          + " GitHub, cosign's JSON of --bundle, provenance of Google Cloud Build as gcloud prints"
          + " it";

  /**
   * One signature of a file.
   *
   * @param where in the file, for people: {@code line 3}, {@code attestation 2}; empty if the file
   *     holds nothing else
   * @param bytes a document that reads to this bundle and nothing else: where possible, cut out of
   *     the file as it is
   */
  // Can be large and is only read; a copy at each step would double it.
  @SuppressWarnings("ArrayRecordComponent")
  public record Piece(String where, Bundle bundle, byte[] bytes) {}

  private EvidenceReader() {}

  /**
   * The signatures of a file, in its order; at least one.
   *
   * @throws AssayException with {@link Code#BAD_BUNDLE}, also if nothing in it is evidence; with
   *     the codes of {@link Bundle#parse(byte[])} and {@link OciSignature#read}; with {@link
   *     Code#TOO_LARGE}, and with {@link Code#TOO_MANY} beyond {@link Limits#EVIDENCE_BUNDLES}
   */
  public static List<Bundle> read(byte[] file) {
    return read(file, Limits.EVIDENCE_BYTES);
  }

  /** As {@link #read(byte[])}, with another limit on the size in bytes (an SBOM is large). */
  public static List<Bundle> read(byte[] file, int limit) {
    List<Bundle> out = new ArrayList<>();
    for (Piece piece : pieces(file, limit)) {
      out.add(piece.bundle());
    }
    return out;
  }

  /**
   * The only signature of a file.
   *
   * @throws AssayException as {@link #read(byte[])}, and with {@link Code#TOO_MANY} if there are
   *     more
   */
  public static Bundle one(byte[] file, int limit) {
    List<Bundle> read = read(file, limit);
    if (read.size() > 1) {
      throw new AssayException(Code.TOO_MANY, read.size() + " signatures where one is expected");
    }
    return read.getFirst();
  }

  /** As {@link #read(byte[], int)}, each with its place and its bytes. */
  public static List<Piece> pieces(byte[] file, int limit) {
    if (file.length > limit) {
      throw new AssayException(
          Code.TOO_LARGE, file.length + " bytes of evidence; at most " + limit + " are read");
    }
    List<Documents.Document> documents = Documents.split(file);
    if (documents.isEmpty()) {
      throw new AssayException(Code.BAD_BUNDLE, "the file is empty; " + READ);
    }
    List<Piece> out = new ArrayList<>();
    for (Documents.Document document : documents) {
      String where = documents.size() == 1 ? "" : "line " + document.line();
      try {
        out.addAll(document(where, document.bytes(), limit));
      } catch (AssayException e) {
        throw at(where, e);
      }
      checkCount(out.size());
    }
    if (out.isEmpty()) {
      throw new AssayException(Code.BAD_BUNDLE, "a list without any attestation");
    }
    return out;
  }

  private static void checkCount(int count) {
    if (count > Limits.EVIDENCE_BUNDLES) {
      throw new AssayException(
          Code.TOO_MANY, "more than " + Limits.EVIDENCE_BUNDLES + " bundles in one file");
    }
  }

  static String join(String where, String more) {
    return where.isEmpty() ? more : where + ", " + more;
  }

  private static AssayException at(String where, AssayException e) {
    if (where.isEmpty()) {
      return e;
    }
    return new AssayException(e.code(), where + ": " + e.getMessage(), e.hint(), e);
  }

  // ---- one document

  private static List<Piece> document(String where, byte[] document, int limit) {
    if (isList(document)) {
      return list(where, document, limit);
    }
    Documents.checkValues(document);
    Json json = Json.parse(document, limit);
    if (!(json instanceof Json.Obj object)) {
      throw unknown("");
    }
    if (Bundle.isBundle(json)) {
      return List.of(new Piece(where, Bundle.of(json), document));
    }
    if (object.get("payloadType").isPresent() && object.get("signatures").isPresent()) {
      return EnvelopeReader.read(where, document, json, limit);
    }
    if (object.get("base64Signature").isPresent()) {
      return List.of(new Piece(where, CosignBlobReader.read(json, limit), document));
    }
    if (object.get("attestations").isPresent()) {
      return list(where, document, limit);
    }
    if (CloudBuildReader.reads(object)) {
      return CloudBuildReader.read(where, document, json);
    }
    if (object.get("mediaType").orElse(null) instanceof Json.Str s) {
      if (s.value().equals(OciSignature.PACKED)) {
        return List.of(new Piece(where, OciSignature.unpack(json, limit), document));
      }
      throw unknown(" but " + Text.quote(s.value()));
    }
    throw unknown("");
  }

  private static AssayException unknown(String what) {
    return new AssayException(Code.BAD_BUNDLE, "not evidence in a form that is read" + what, READ);
  }

  // ---- {"attestations":[...]}

  // A list may be long. By its first member, as npm and GitHub write it, it is told before a tree
  // of it is made.
  private static boolean isList(byte[] document) {
    JsonReader in = new JsonReader(document, document.length);
    in.beginObject();
    return in.hasNext() && in.name().equals("attestations") && in.peek() == '[';
  }

  private static List<Piece> list(String where, byte[] document, int limit) {
    List<Piece> out = new ArrayList<>();
    JsonReader in = new JsonReader(document, limit);
    in.beginObject();
    while (in.hasNext()) {
      if (!in.name().equals("attestations")) {
        Documents.checkNext(document, in.offset());
        in.skip();
        continue;
      }
      in.beginArray();
      while (in.hasNext()) {
        String place = join(where, "attestation " + (out.size() + 1));
        try {
          Documents.checkNext(document, in.offset());
          out.add(listed(place, in, document, limit));
        } catch (AssayException e) {
          throw at(place, e);
        }
        checkCount(out.size());
      }
      in.end();
    }
    in.end();
    in.finish();
    return out;
  }

  // What else the services say about an attestation (an id, an address) is no part of it.
  private static Piece listed(String place, JsonReader in, byte[] document, int limit) {
    Optional<String> predicateType = Optional.empty();
    byte[] bytes = null;
    in.beginObject();
    while (in.hasNext()) {
      String name = in.name();
      if (name.equals("predicateType") && in.peek() == '"') {
        predicateType = Optional.of(in.string());
      } else if (name.equals("bundle") && in.peek() == '{') {
        int from = in.offset();
        in.skip();
        bytes = Arrays.copyOfRange(document, from, Documents.end(document, from));
      } else if (name.equals("bundle") || name.equals("predicateType")) {
        throw new AssayException(Code.BAD_BUNDLE, name + ": not what a list of attestations has");
      } else {
        in.skip();
      }
    }
    in.end();
    if (bytes == null) {
      throw new AssayException(Code.BAD_BUNDLE, "no bundle in it");
    }
    Bundle bundle = Bundle.parse(bytes, limit);
    if (predicateType.isPresent()) {
      checkPredicateType(predicateType.get(), bundle, limit);
    }
    return new Piece(place, bundle, bytes);
  }

  // The list is not signed: what it calls the attestation must be what the attestation says it is
  // (GHSA-r2xv-vpr2-42m9).
  private static void checkPredicateType(String listed, Bundle bundle, int limit) {
    if (!(bundle.content() instanceof Bundle.Envelope envelope)) {
      throw new AssayException(Code.BAD_BUNDLE, "listed as an attestation, but not one");
    }
    String stated = StatementHead.of(envelope.dsse(), limit).predicateType();
    if (!stated.equals(listed)) {
      throw new AssayException(
          Code.BAD_BUNDLE,
          "listed as " + Text.quote(listed) + ", but states " + Text.quote(stated));
    }
  }
}
