package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.JsonReader;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an in-toto statement says it is about and of which type it is, without what it says: enough
 * to find the evidence that is asked for before anybody's signature on it is verified. Reading it
 * takes no more memory than its subjects, whatever else the payload holds; whoever relies on the
 * statement reads all of it, as {@link Statement}, once the signature is known to be good.
 *
 * @param type {@link Statement#TYPE_V1} or {@link Statement#TYPE_V01}
 * @param subjects at least one
 * @param predicateType exactly as written
 */
public record StatementHead(String type, List<Statement.Subject> subjects, String predicateType) {

  public StatementHead {
    subjects = List.copyOf(subjects);
  }

  /**
   * Reads the head of the statement in an envelope, whose payload type must be in-toto's.
   *
   * @param limit on the size of the payload in bytes
   * @throws AssayException with the codes of {@link Statement#parse(byte[], int)}; a defect outside
   *     of the head may go unseen
   */
  public static StatementHead of(Dsse envelope, int limit) {
    return read(payload(envelope), limit);
  }

  /** As {@link #of(Dsse, int)}, for a payload. */
  public static StatementHead read(byte[] payload, int limit) {
    JsonReader in = new JsonReader(payload, limit);
    if (in.peek() != '{') {
      throw new AssayException(Code.BAD_STATEMENT, "statement: expected an object");
    }
    Map<String, Json> members = new LinkedHashMap<>();
    int others = 0;
    in.beginObject();
    while (in.hasNext()) {
      String name = in.name();
      if (name.equals("_type") || name.equals("subject") || name.equals("predicateType")) {
        Documents.checkNext(payload, in.offset(), Limits.STATEMENT_HEAD_VALUES);
        members.put(name, in.value());
      } else if (++others > Limits.STATEMENT_MEMBERS) {
        throw new AssayException(
            Code.TOO_MANY, "a statement of more than " + Limits.STATEMENT_MEMBERS + " members");
      } else {
        in.pass();
      }
    }
    in.end();
    in.finish();
    return of(Fields.of(new Json.Obj(members), "statement", Code.BAD_STATEMENT));
  }

  /** The payload of an envelope, if its type is in-toto's. */
  static byte[] payload(Dsse envelope) {
    if (!envelope.payloadType().equals(Dsse.IN_TOTO)) {
      throw new AssayException(
          Code.BAD_STATEMENT,
          "the payload is not an in-toto statement but " + Text.quote(envelope.payloadType()));
    }
    return envelope.payload();
  }

  static StatementHead of(Fields f) {
    String type = f.string("_type");
    if (!type.equals(Statement.TYPE_V1) && !type.equals(Statement.TYPE_V01)) {
      throw f.bad("_type", "not an in-toto statement v1 or v0.1: " + Text.quote(type));
    }
    List<Statement.Subject> subjects = new ArrayList<>();
    for (Fields s : f.objects("subject", Limits.SUBJECTS)) {
      subjects.add(subject(s));
    }
    if (subjects.isEmpty()) {
      throw f.bad("subject", "none");
    }
    String predicateType = f.string("predicateType");
    if (predicateType.isEmpty()) {
      throw f.bad("predicateType", "empty");
    }
    return new StatementHead(type, subjects, predicateType);
  }

  private static Statement.Subject subject(Fields s) {
    Map<String, Json> annotations = new LinkedHashMap<>();
    s.optionalObject("annotations")
        .ifPresent(
            a -> a.names().forEach(k -> a.optional(k).ifPresent(v -> annotations.put(k, v))));
    return new Statement.Subject(
        s.optionalString("name").filter(n -> !n.isEmpty()),
        s.stringMap("digest", Limits.SUBJECT_DIGESTS),
        annotations);
  }

  /** Whether a subject has this digest. */
  public boolean names(Digest digest) {
    return names(List.of(digest));
  }

  /** Whether a subject is the content with these digests; see {@link Statement#names}. */
  public boolean names(Collection<Digest> content) {
    for (Statement.Subject subject : subjects) {
      if (subject.is(content)) {
        return true;
      }
    }
    return false;
  }
}
