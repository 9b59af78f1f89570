package dev.assay.lab;

import dev.assay.bytes.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes one place of a document. A path is names and positions with dots between them: {@code
 * verificationMaterial.tlogEntries.0.logIndex}.
 */
public final class Edits {

  private Edits() {}

  /** The value at a path. */
  public static Json get(Json document, String path) {
    Json at = document;
    for (String step : path.split("\\.", -1)) {
      at =
          at instanceof Json.Arr array
              ? array.elements().get(Integer.parseInt(step))
              : ((Json.Obj) at).members().get(step);
      if (at == null) {
        throw new IllegalArgumentException("nothing at " + step + " of " + path);
      }
    }
    return at;
  }

  /** The string at a path. */
  public static String text(Json document, String path) {
    return ((Json.Str) get(document, path)).value();
  }

  /** The document with another value at a path; a position one past the end appends. */
  public static Json.Obj set(Json.Obj document, String path, Json value) {
    return (Json.Obj) set(document, path.split("\\.", -1), 0, value);
  }

  /** The document with another string at a path. */
  public static Json.Obj set(Json.Obj document, String path, String value) {
    return set(document, path, Json.of(value));
  }

  /** The document without what is at a path. */
  public static Json.Obj remove(Json.Obj document, String path) {
    get(document, path);
    return (Json.Obj) set(document, path.split("\\.", -1), 0, null);
  }

  private static Json set(Json at, String[] steps, int step, Json value) {
    String name = steps[step];
    boolean last = step == steps.length - 1;
    if (at instanceof Json.Arr array) {
      List<Json> elements = new ArrayList<>(array.elements());
      int position = Integer.parseInt(name);
      if (last && value == null) {
        elements.remove(position);
      } else if (last && position == elements.size()) {
        elements.add(value);
      } else {
        elements.set(position, last ? value : set(elements.get(position), steps, step + 1, value));
      }
      return new Json.Arr(elements);
    }
    Map<String, Json> members = new LinkedHashMap<>(((Json.Obj) at).members());
    if (last && value == null) {
      members.remove(name);
    } else {
      Json inner = members.get(name);
      if (!last && inner == null) {
        throw new IllegalArgumentException("nothing at " + name);
      }
      members.put(name, last ? value : set(inner, steps, step + 1, value));
    }
    return new Json.Obj(members);
  }
}
