package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An in-toto statement (in-toto/attestation, spec/v1/statement.md; v0.1 is read too, cosign still
 * writes it): these subjects have this predicate.
 *
 * <p>Members that are not known are ignored, as the specification demands ("Parsing rules"). The
 * bytes that were read are kept: what is hashed, stored and shown is what was signed.
 */
public final class Statement {

  public static final String TYPE_V1 = "https://in-toto.io/Statement/v1";
  public static final String TYPE_V01 = "https://in-toto.io/Statement/v0.1";

  private final StatementHead head;
  private final Json predicate;
  private final byte[] payload;

  /**
   * What the statement is about.
   *
   * @param name what the signer calls it; proves nothing
   * @param digests the digest set: algorithm to value. Values of SHA-2 are lower-case hexadecimal
   *     of the right length; those of algorithms we do not know are kept and never matched
   * @param annotations what the signer noted about it
   */
  public record Subject(
      Optional<String> name, Map<String, String> digests, Map<String, Json> annotations) {

    /**
     * @throws AssayException with {@link Code#BAD_STATEMENT} if there is no digest, or a SHA-2 one
     *     is malformed
     */
    public Subject {
      if (digests.isEmpty()) {
        throw new AssayException(Code.BAD_STATEMENT, "a subject without a digest");
      }
      digests.forEach((algorithm, value) -> known(algorithm, value));
      digests = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(digests));
      annotations = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    }

    /** A subject without a name, as cosign writes for a signed image. */
    public static Subject of(Digest digest) {
      return new Subject(Optional.empty(), Map.of(digest.algorithm().id(), digest.hex()), Map.of());
    }

    public static Subject of(String name, Digest digest) {
      return new Subject(
          Optional.of(name), Map.of(digest.algorithm().id(), digest.hex()), Map.of());
    }

    /** The digests of algorithms we know. */
    public List<Digest> knownDigests() {
      List<Digest> out = new ArrayList<>();
      digests.forEach((algorithm, value) -> known(algorithm, value).ifPresent(out::add));
      return out;
    }

    /** Whether this is the content that has all these digests; see {@link Statement#names}. */
    public boolean is(Collection<Digest> content) {
      boolean agreed = false;
      for (Digest ours : knownDigests()) {
        for (Digest theirs : content) {
          if (ours.algorithm() == theirs.algorithm()) {
            if (!ours.equals(theirs)) {
              return false;
            }
            agreed = true;
          }
        }
      }
      return agreed;
    }

    /** An annotation that is a string. */
    public Optional<String> annotation(String key) {
      return annotations.get(key) instanceof Json.Str s ? Optional.of(s.value()) : Optional.empty();
    }

    private static Optional<Digest> known(String algorithm, String value) {
      try {
        return Digest.Algorithm.byId(algorithm).map(a -> new Digest(a, value));
      } catch (AssayException e) {
        throw new AssayException(Code.BAD_STATEMENT, "a subject's digest: " + e.getMessage(), e);
      }
    }
  }

  private Statement(StatementHead head, Json predicate, byte[] payload) {
    this.head = head;
    this.predicate = predicate;
    this.payload = payload;
  }

  /**
   * Reads the payload of an envelope.
   *
   * @throws AssayException with {@link Code#BAD_STATEMENT}, {@link Code#TOO_MANY}, or a code of
   *     {@link Json#parse}
   */
  public static Statement parse(byte[] payload) {
    return parse(payload, Limits.EVIDENCE_BYTES);
  }

  /** As {@link #parse(byte[])}, with another limit on the size in bytes (an SBOM is large). */
  public static Statement parse(byte[] payload, int limit) {
    Fields f = Fields.of(Json.parse(payload, limit), "statement", Code.BAD_STATEMENT);
    StatementHead head = StatementHead.of(f);
    Json predicate = f.optional("predicate").orElseGet(() -> Json.object().build());
    // The specification has objects only; cosign writes SPDX in tags and values as one text.
    boolean text = predicate instanceof Json.Str && PredicateTypes.isSpdx(head.predicateType());
    if (!(predicate instanceof Json.Obj) && !text) {
      throw f.bad("predicate", "expected an object, found " + predicate.kind());
    }
    return new Statement(head, predicate, payload.clone());
  }

  /**
   * Reads the statement in an envelope, whose payload type must be in-toto's.
   *
   * @throws AssayException with {@link Code#BAD_STATEMENT} if it is another
   */
  public static Statement of(Dsse envelope) {
    return of(envelope, Limits.EVIDENCE_BYTES);
  }

  /** As {@link #of(Dsse)}, with another limit on the size in bytes (an SBOM is large). */
  public static Statement of(Dsse envelope, int limit) {
    return parse(StatementHead.payload(envelope), limit);
  }

  /**
   * Makes a v1 statement.
   *
   * @param predicate an object; a text for SPDX alone
   */
  public static Statement create(List<Subject> subjects, String predicateType, Json predicate) {
    List<Json> list = new ArrayList<>();
    for (Subject subject : subjects) {
      Json.Builder digests = Json.object();
      subject.digests().forEach(digests::put);
      Json.Builder out = Json.object().putIf("name", subject.name()).put("digest", digests);
      if (!subject.annotations().isEmpty()) {
        out.put("annotations", new Json.Obj(subject.annotations()));
      }
      list.add(out.build());
    }
    Json.Obj json =
        Json.object()
            .put("_type", TYPE_V1)
            .put("subject", list)
            .put("predicateType", predicateType)
            .put("predicate", predicate)
            .build();
    // Read back, so that what we write passes what we demand.
    return parse(Text.utf8(json.compact()), Limits.SBOM_BYTES);
  }

  /** {@link #TYPE_V1} or {@link #TYPE_V01}. */
  public String type() {
    return head.type();
  }

  public List<Subject> subjects() {
    return head.subjects();
  }

  /** What kind of predicate this is, exactly as written. */
  public String predicateType() {
    return head.predicateType();
  }

  /** The predicate; empty if the statement has none, or a text. */
  public Json.Obj predicate() {
    return predicate instanceof Json.Obj object ? object : Json.object().build();
  }

  /** The predicate as it is written: an object or, for SPDX in tags and values, a text. */
  public Json writtenPredicate() {
    return predicate;
  }

  /** The bytes that were read or are to be signed. */
  public byte[] payload() {
    return payload.clone();
  }

  /** Whether a subject has this digest. */
  public boolean names(Digest digest) {
    return names(List.of(digest));
  }

  /**
   * Whether a subject is the content with these digests (one of each algorithm): at least one
   * algorithm we know is in both, and every such algorithm agrees. A subject that agrees in one and
   * differs in another is a contradiction, not a match.
   */
  public boolean names(Collection<Digest> content) {
    return head.names(content);
  }
}
