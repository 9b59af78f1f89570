package dev.assay.cli;

import dev.assay.bytes.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One line of what a piece of evidence says of itself, out of its {@link BundleDescription}. */
final class TreeClaims {

  private TreeClaims() {}

  static String of(Json.Obj says) {
    List<String> parts = new ArrayList<>();
    text(says, "form").ifPresent(parts::add);
    object(says, "signed").ifPresent(s -> text(s, "predicateType").ifPresent(parts::add));
    parts.add(object(says, "signer").map(TreeClaims::signer).orElse("no signer"));
    List<Json.Obj> entries = list(says, "logEntry");
    parts.add(entries.isEmpty() ? "no log entry" : entry(entries));
    List<Json.Obj> timestamps = list(says, "timestamp");
    parts.add(
        timestamps.isEmpty()
            ? "no timestamp"
            : "timestamp "
                + text(timestamps.getFirst(), "time").orElse("unreadable")
                + text(timestamps.getFirst(), "signer").map(s -> " by " + s).orElse(""));
    return String.join("; ", parts);
  }

  private static String signer(Json.Obj signer) {
    if (!text(signer, "kind").equals(Optional.of("certificate"))) {
      return "key " + text(signer, "hint").orElse("");
    }
    List<String> names = new ArrayList<>();
    if (signer.get("name").orElse(null) instanceof Json.Arr array) {
      array.elements().forEach(e -> names.add(e instanceof Json.Str s ? s.value() : ""));
    }
    String issuer =
        object(signer, "claims")
            .flatMap(c -> text(c, "issuer"))
            .map(i -> ", issuer " + i)
            .orElse("");
    return "certificate of "
        + (names.isEmpty() ? text(signer, "subject").orElse("nobody") : String.join(", ", names))
        + issuer;
  }

  private static String entry(List<Json.Obj> entries) {
    Json.Obj first = entries.getFirst();
    String index = first.get("index").map(Json::compact).orElse("?");
    return "log entry "
        + index
        + text(first, "time").map(t -> " at " + t).orElse("")
        + (entries.size() == 1 ? "" : " and " + (entries.size() - 1) + " more");
  }

  private static Optional<String> text(Json.Obj object, String name) {
    return object.get(name).map(v -> v instanceof Json.Str s ? s.value() : v.compact());
  }

  private static Optional<Json.Obj> object(Json.Obj object, String name) {
    return object.get(name).filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast);
  }

  private static List<Json.Obj> list(Json.Obj object, String name) {
    List<Json.Obj> out = new ArrayList<>();
    if (object.get(name).orElse(null) instanceof Json.Arr array) {
      for (Json element : array.elements()) {
        if (element instanceof Json.Obj o) {
          out.add(o);
        }
      }
    }
    return out;
  }
}
