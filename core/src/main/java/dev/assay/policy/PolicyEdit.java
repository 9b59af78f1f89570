package dev.assay.policy;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Changes a signer of a TrustPolicy in the text that somebody wrote: comments, order, quotes and
 * line ends stay as they are, byte for byte, everywhere else. What comes out is read again and
 * compared: it says what the old text said, with the one change, or there is no edit.
 */
public final class PolicyEdit {

  private record Change(int start, int end, String text) {}

  private final String text;
  private final byte[] bytes;
  private final YamlNode root;
  private final String lineEnd;
  private final List<Change> changes = new ArrayList<>();

  private PolicyEdit(byte[] policy) {
    this.bytes = policy;
    this.text = Text.utf8(policy);
    if (text.startsWith("\ufeff")) {
      throw cannot("it begins with a byte order mark");
    }
    this.root = YamlNode.read(policy, text);
    this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
  }

  /**
   * Revokes a signer's key from an instant on.
   *
   * @return the policy with {@code revokedAt}
   * @throws AssayException with {@link Code#BAD_POLICY} if there is no such signer, it has no key,
   *     it is revoked at that instant or before, or the text cannot be edited; and as {@link
   *     PolicyReader} reads
   */
  public static byte[] revoke(byte[] policy, String signer, Instant at) {
    PolicyEdit edit = new PolicyEdit(policy);
    edit.setEarlier(edit.signer(signer), signer, "revokedAt", at);
    return edit.apply(
        edit.withSigners(s ->
            name(s).equals(signer) ? List.of(with(s, "revokedAt", at.toString())) : List.of(s)));
  }

  /**
   * What a rotation did.
   *
   * @param policy the new text
   * @param replaced the paths of the lists in which the new signer stands in place of the old one
   * @param removed whether the old signer is gone, since no list names it any more
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Rotated(byte[] policy, List<String> replaced, boolean removed) {
    public Rotated {
      replaced = List.copyOf(replaced);
    }
  }

  /**
   * Lets a new key follow an old one: the old one's {@code notAfter} and the new one's {@code
   * notBefore} are the instant, and wherever the old one is named, so is the new one, behind it.
   * Where signatures by several are asked for (a threshold above 1) the new one stands in its
   * place: somebody who has both keys would otherwise count twice.
   *
   * @param keyFile the new public key's file, as the policy is to name it
   * @throws AssayException as {@link #revoke}
   */
  public static Rotated rotate(
      byte[] policy, String old, String successor, String keyFile, Instant at) {
    PolicyEdit edit = new PolicyEdit(policy);
    YamlNode node = edit.signer(old);
    // The successor would come without what is asked of the old one's hardware.
    if (node.get("registration") != null || node.get("registrationFile") != null) {
      throw new AssayException(
          Code.BAD_POLICY,
          "the hardware of the signer "
              + Text.quote(old)
              + " is registered, its successor's is not",
          "assay key register, then write the new signer into the policy yourself");
    }
    for (YamlNode other : edit.signers().elements()) {
      YamlNode name = other.get("name");
      if (name != null && successor.equals(name.scalar)) {
        throw new AssayException(
            Code.BAD_POLICY, "the policy has a signer " + Text.quote(successor) + " already");
      }
    }
    List<String> replaced = new ArrayList<>();
    boolean kept = edit.lists(edit.root, "", old, successor, replaced);
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("name", Json.of(successor));
    members.put("keyFile", Json.of(keyFile));
    members.put("notBefore", Json.of(at.toString()));
    Json.Obj added = new Json.Obj(members);
    if (kept) {
      edit.setEarlier(node, old, "notAfter", at);
      edit.insertAfter(node, added);
    } else {
      edit.replaceItem(node, added);
    }
    Json expected =
        edit.withSigners(s -> {
          if (!name(s).equals(old)) {
            return List.of(s);
          }
          return kept ? List.of(with(s, "notAfter", at.toString()), added) : List.of(added);
        });
    return new Rotated(edit.apply(listed(expected, old, successor)), replaced, !kept);
  }

  private YamlNode signers() {
    YamlNode spec = root.get("spec");
    YamlNode signers = spec == null ? null : spec.get("signers");
    if (signers == null) {
      throw new AssayException(Code.BAD_POLICY, "the policy has no signers");
    }
    return signers;
  }

  private YamlNode signer(String wanted) {
    List<String> names = new ArrayList<>();
    for (YamlNode signer : signers().elements()) {
      YamlNode name = signer.get("name");
      if (name != null && name.scalar != null) {
        if (name.scalar.equals(wanted)) {
          if (signer.get("key") == null && signer.get("keyFile") == null) {
            throw new AssayException(
                Code.BAD_POLICY, "the signer " + Text.quote(wanted) + " has no key of its own");
          }
          return signer;
        }
        names.add(Text.quote(name.scalar));
      }
    }
    throw new AssayException(
        Code.BAD_POLICY,
        "the policy has no signer " + Text.quote(wanted),
        "signers: " + String.join(", ", names));
  }

  // Sets a time, or makes it earlier: an edit never trusts for longer than before.
  private void setEarlier(YamlNode signer, String name, String member, Instant at) {
    YamlNode present = signer.get(member);
    YamlNode after = signer.get("name");
    if (present == null && after != null) {
      if (signer.flow) {
        insert(after.end, ", \"" + member + "\": " + quoted(at.toString()));
      } else {
        String indent = " ".repeat(column(signer));
        insert(lineEnd(after.end), lineEnd + indent + member + ": " + at);
      }
      return;
    }
    if (present == null || present.scalar == null) {
      throw cannot(member + " is not a time");
    }
    Instant before;
    try {
      before = Instant.parse(present.scalar);
    } catch (DateTimeParseException e) {
      throw cannot(member + " is not a time");
    }
    if (!at.isBefore(before)) {
      throw new AssayException(
          Code.BAD_POLICY,
          "the signer " + Text.quote(name) + " has " + member + " " + before + " already");
    }
    String shown = present.plain ? at.toString() : quoted(at.toString());
    changes.add(new Change(present.start, present.end, shown));
  }

  private void insert(int at, String what) {
    changes.add(new Change(at, at, what));
  }

  // Every list of names under a member "signers" that names the old one. Says whether it is still
  // named somewhere.
  private boolean lists(
      YamlNode node, String path, String old, String successor, List<String> replaced) {
    boolean kept = false;
    for (int i = 0; i < node.children.size(); i++) {
      YamlNode child = node.children.get(i);
      if (!node.mapping) {
        kept |= lists(child, path + "[" + i + "]", old, successor, replaced);
      } else if (i % 2 == 1) {
        String member = String.valueOf(node.children.get(i - 1).scalar);
        String at = path.isEmpty() ? member : path + "." + member;
        for (YamlNode element : member.equals("signers") ? child.elements() : List.<YamlNode>of()) {
          if (!old.equals(element.scalar)) {
            continue;
          }
          if (several(node)) {
            replaced.add(at);
            changes.add(new Change(element.start, element.end, like(element, successor)));
          } else {
            kept = true;
            addAfter(child, element, successor);
          }
        }
        kept |= lists(child, at, old, successor, replaced);
      }
    }
    return kept;
  }

  private static boolean several(YamlNode mapping) {
    YamlNode threshold = mapping.get("threshold");
    return threshold != null && !"1".equals(threshold.scalar);
  }

  private void addAfter(YamlNode list, YamlNode element, String successor) {
    if (list.flow) {
      insert(element.end, ", " + like(element, successor));
    } else {
      insert(lineEnd(element.end), lineEnd + dash(element) + "- " + like(element, successor));
    }
  }

  private void insertAfter(YamlNode item, Json.Obj added) {
    if (signers().flow) {
      insert(item.end, ", " + added.compact());
    } else {
      insert(lineEnd(item.end), lineEnd + dash(item) + "- " + block(added, item));
    }
  }

  private void replaceItem(YamlNode item, Json.Obj added) {
    if (signers().flow) {
      changes.add(new Change(item.start, item.end, added.compact()));
    } else {
      changes.add(new Change(item.start, lineEnd(item.end), block(added, item)));
    }
  }

  // Members one below the other, in the column of the item's own.
  private String block(Json.Obj object, YamlNode item) {
    String indent = item.flow ? dash(item) + "  " : " ".repeat(column(item));
    StringBuilder out = new StringBuilder();
    object
        .members()
        .forEach((name, value) -> {
          String shown = value instanceof Json.Str s ? s.value() : "";
          out.append(out.isEmpty() ? "" : lineEnd + indent)
              .append(name)
              .append(": ")
              .append(name.equals("notBefore") ? shown : scalar(shown));
        });
    return out.toString();
  }

  private static String like(YamlNode element, String name) {
    return element.plain ? scalar(name) : quoted(name);
  }

  private static String scalar(String name) {
    boolean safe =
        name.matches("[A-Za-z][A-Za-z0-9._/-]*") && !name.matches("true|false|null|[nN]|[yY]");
    return safe ? name : quoted(name);
  }

  // A JSON string is a YAML string in double quotes.
  private static String quoted(String value) {
    return Json.of(value).compact();
  }

  /** What stands before the dash of an element. */
  private String dash(YamlNode item) {
    String before = text.substring(lineStart(item.start), item.start);
    int at = before.indexOf('-');
    if (at < 0 || !before.substring(0, at).isBlank() || !before.substring(at + 1).isBlank()) {
      throw cannot("an element does not begin on the line of its dash");
    }
    return before.substring(0, at);
  }

  private int column(YamlNode node) {
    return node.start - lineStart(node.start);
  }

  private int lineStart(int at) {
    return at == 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  }

  // The end of the line on which a value ends, before its line end. A block of lines ends behind
  // its last line end.
  private int lineEnd(int end) {
    int at = end;
    if (end > 0 && text.charAt(end - 1) == '\n') {
      while (at > 0 && (text.charAt(at - 1) == '\n' || text.charAt(at - 1) == '\r')) {
        at--;
      }
      return at;
    }
    at = text.indexOf('\n', end);
    if (at < 0) {
      return text.length();
    }
    return at > 0 && text.charAt(at - 1) == '\r' ? at - 1 : at;
  }

  private byte[] apply(Json expected) {
    changes.sort(Comparator.comparingInt(Change::start));
    StringBuilder out = new StringBuilder();
    int at = 0;
    for (Change change : changes) {
      if (change.start() < at) {
        throw cannot("two changes in one place");
      }
      out.append(text, at, change.start()).append(change.text());
      at = change.end();
    }
    byte[] edited = Text.utf8(out.append(text, at, text.length()).toString());
    Json read;
    try {
      read = YamlReader.read(edited).value();
    } catch (AssayException e) {
      throw cannot("it is laid out in a way that is not edited here");
    }
    if (!read.compact().equals(expected.compact())) {
      throw cannot("it is laid out in a way that is not edited here");
    }
    return edited;
  }

  private Json withSigners(Function<Json, List<Json>> change) {
    if (!(YamlReader.read(bytes).value() instanceof Json.Obj document)
        || !(document.get("spec").orElse(null) instanceof Json.Obj spec)
        || !(spec.get("signers").orElse(null) instanceof Json.Arr signers)) {
      throw new AssayException(Code.BAD_POLICY, "the policy has no signers");
    }
    List<Json> out = new ArrayList<>();
    signers.elements().forEach(s -> out.addAll(change.apply(s)));
    return put(document, "spec", put(spec, "signers", Json.array(out)));
  }

  private static String name(Json signer) {
    return signer instanceof Json.Obj o && o.get("name").orElse(null) instanceof Json.Str s
        ? s.value()
        : "";
  }

  // Where the text has it: behind the name, unless it is there.
  private static Json with(Json signer, String member, String value) {
    if (!(signer instanceof Json.Obj object)) {
      return signer;
    }
    Map<String, Json> out = new LinkedHashMap<>();
    object
        .members()
        .forEach((n, v) -> {
          out.put(n, n.equals(member) ? Json.of(value) : v);
          if (n.equals("name") && object.get(member).isEmpty()) {
            out.put(member, Json.of(value));
          }
        });
    return new Json.Obj(out);
  }

  private static Json put(Json.Obj object, String name, Json value) {
    Map<String, Json> out = new LinkedHashMap<>(object.members());
    out.put(name, value);
    return new Json.Obj(out);
  }

  // The same rule as in lists(), over what the text says.
  private static Json listed(Json value, String old, String successor) {
    if (value instanceof Json.Arr array) {
      List<Json> out = new ArrayList<>();
      array.elements().forEach(e -> out.add(listed(e, old, successor)));
      return Json.array(out);
    }
    if (!(value instanceof Json.Obj object)) {
      return value;
    }
    boolean several =
        object.get("threshold").isPresent()
            && !(object.get("threshold").get() instanceof Json.Num n && n.digits().equals("1"));
    Map<String, Json> out = new LinkedHashMap<>();
    object
        .members()
        .forEach((name, member) -> {
          if (!name.equals("signers") || !(member instanceof Json.Arr array)) {
            out.put(name, listed(member, old, successor));
            return;
          }
          List<Json> elements = new ArrayList<>();
          for (Json element : array.elements()) {
            boolean named = element instanceof Json.Str s && s.value().equals(old);
            if (!named || !several) {
              elements.add(listed(element, old, successor));
            }
            if (named) {
              elements.add(Json.of(successor));
            }
          }
          out.put(name, Json.array(elements));
        });
    return new Json.Obj(out);
  }

  private static AssayException cannot(String why) {
    return new AssayException(
        Code.BAD_POLICY, "the policy cannot be edited: " + why, "change it by hand");
  }
}
