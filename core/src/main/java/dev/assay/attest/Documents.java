package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Looks at JSON from outside before anything is built from it: in one pass, in no more memory than
 * the bytes that are cut out.
 */
final class Documents {

  /**
   * One document of a file.
   *
   * @param line where it begins, from 1
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Document(int line, byte[] bytes) {}

  private Documents() {}

  /**
   * Refuses a document with more values than a bundle can have. What is not JSON is left to the
   * reader: up to the first defect, both see the same values.
   *
   * @throws AssayException with {@link Code#TOO_MANY}
   */
  static void checkValues(byte[] document) {
    checkValues(document, 0, document.length, Limits.BUNDLE_VALUES);
  }

  /**
   * As {@link #checkValues(byte[])}, for the object or array that begins at a place, if one does.
   */
  static void checkNext(byte[] document, int from) {
    checkNext(document, from, Limits.BUNDLE_VALUES);
  }

  /** As {@link #checkNext(byte[], int)}, with another limit. */
  static void checkNext(byte[] document, int from, int limit) {
    if (from < document.length && (document[from] == '{' || document[from] == '[')) {
      checkValues(document, from, end(document, from), limit);
    }
  }

  private static void checkValues(byte[] document, int from, int to, int limit) {
    // A value has at least one byte.
    if (to - from < limit) {
      return;
    }
    int values = 1;
    boolean string = false;
    for (int i = from; i < to; i++) {
      byte c = document[i];
      if (string) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          string = false;
        }
      } else if (c == '"') {
        string = true;
      } else if ((c == ',' || c == '{' || c == '[') && ++values > limit) {
        throw new AssayException(
            Code.TOO_MANY,
            "more than " + limit + " values, of which no bundle has so many (at byte " + i + ")");
      }
    }
  }

  /**
   * As {@link #checkValues}, for a document that may have more bytes than are read; the reader says
   * so.
   */
  static void checkLimit(byte[] document, int limit) {
    if (document.length <= limit) {
      checkValues(document);
    }
  }

  /**
   * Cuts a file into its documents: JSON objects, one after the other, each beginning on a line of
   * its own. A file of one document comes back as it is, uncopied.
   *
   * @throws AssayException with {@link Code#BAD_BUNDLE} for anything between them, with {@link
   *     Code#TOO_MANY} for more than {@link Limits#EVIDENCE_BUNDLES}
   */
  static List<Document> split(byte[] file) {
    List<Document> out = new ArrayList<>();
    int line = 1;
    boolean fresh = true;
    int at = 0;
    while (at < file.length) {
      byte c = file[at];
      if (c == '\n') {
        line++;
        fresh = true;
        at++;
      } else if (c == ' ' || c == '\t' || c == '\r') {
        at++;
      } else if (c != '{' || !fresh) {
        throw new AssayException(
            Code.BAD_BUNDLE,
            "line " + line + ": " + (fresh ? "not a JSON object" : "something follows the object"),
            EvidenceReader.READ);
      } else {
        if (out.size() == Limits.EVIDENCE_BUNDLES) {
          throw new AssayException(
              Code.TOO_MANY, "more than " + Limits.EVIDENCE_BUNDLES + " bundles in one file");
        }
        int end = end(file, at);
        boolean whole = at == 0 && end == file.length;
        out.add(new Document(line, whole ? file : Arrays.copyOfRange(file, at, end)));
        // The line matters for what follows.
        for (int i = at; end < file.length && i < end; i++) {
          if (file[i] == '\n') {
            line++;
          }
        }
        at = end;
        fresh = false;
      }
    }
    return out;
  }

  /** Behind the bracket that closes the one at a place; the end of the file if none does. */
  static int end(byte[] file, int from) {
    int depth = 0;
    boolean string = false;
    for (int i = from; i < file.length; i++) {
      byte c = file[i];
      if (string) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          string = false;
        }
      } else if (c == '"') {
        string = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        return i + 1;
      }
    }
    return file.length;
  }
}
