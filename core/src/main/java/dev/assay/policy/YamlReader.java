package dev.assay.policy;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads the part of YAML 1.2 that is JSON in another spelling: one document, no anchors, aliases,
 * tags or merge keys, every key a string and there once. Plain scalars mean what YAML's JSON schema
 * says, and nothing else ({@code yes} is a string).
 */
final class YamlReader {

  /**
   * A document with the line on which each value stands, by path ({@code spec.rules[0].images}).
   */
  record Document(Json value, Map<String, Integer> lines) {

    /** The line of a path, or of the nearest path above it. */
    int line(String path) {
      for (String p = path; !p.isEmpty(); p = p.substring(0, Math.max(p.lastIndexOf('.'), 0))) {
        Integer line = lines.get(p);
        if (line != null) {
          return line;
        }
      }
      return 1;
    }
  }

  private static final class Frame {
    final @Nullable Map<String, Json> map;
    final @Nullable List<Json> list;
    final String path;
    @Nullable String key;

    Frame(boolean mapping, String path) {
      this.map = mapping ? new LinkedHashMap<>() : null;
      this.list = mapping ? null : new ArrayList<>();
      this.path = path;
    }

    Json value() {
      return map != null ? new Json.Obj(map) : new Json.Arr(list == null ? List.of() : list);
    }
  }

  private final Deque<Frame> open = new ArrayDeque<>();
  private final Map<String, Integer> lines = new HashMap<>();
  private @Nullable Json root;

  private YamlReader() {}

  /**
   * @throws AssayException with {@link Code#BAD_YAML}, {@link Code#DUPLICATE_MEMBER}, {@link
   *     Code#TOO_DEEP}, {@link Code#TOO_LARGE}
   */
  static Document read(byte[] bytes) {
    if (bytes.length > Limits.DOCUMENT_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE,
          "a document of " + bytes.length + " bytes; at most " + Limits.DOCUMENT_BYTES);
    }
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(Limits.DOCUMENT_BYTES)
            .setUseMarks(true)
            .setParseComments(false)
            .build();
    YamlReader reader = new YamlReader();
    int documents = 0;
    try {
      // What the library's Parse does; but its module does not export that.
      Iterator<Event> events =
          new ParserImpl(settings, new StreamReader(settings, Text.utf8(bytes)));
      while (events.hasNext()) {
        Event event = events.next();
        if (event instanceof DocumentStartEvent && ++documents > 1) {
          throw bad(event, "a second document");
        }
        reader.accept(event);
      }
    } catch (YamlEngineException e) {
      throw new AssayException(
          Code.BAD_YAML,
          "not YAML: "
              + Text.printable(String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
    Json root = reader.root;
    if (root == null) {
      throw new AssayException(Code.BAD_YAML, "an empty document");
    }
    return new Document(root, reader.lines);
  }

  private void accept(Event event) {
    if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
      throw bad(event, "anchors and aliases are not used here");
    }
    switch (event) {
      case AliasEvent e -> throw bad(e, "anchors and aliases are not used here");
      case MappingStartEvent e -> {
        noTag(e.getTag(), e);
        push(true, e);
      }
      case SequenceStartEvent e -> {
        noTag(e.getTag(), e);
        push(false, e);
      }
      case MappingEndEvent e -> pop();
      case SequenceEndEvent e -> pop();
      case ScalarEvent e -> scalar(e);
      case DocumentEndEvent e -> {}
      default -> {}
    }
  }

  private static void noTag(Optional<String> tag, Event event) {
    if (tag.isPresent()) {
      throw bad(event, "tags are not used here");
    }
  }

  private void push(boolean mapping, Event event) {
    if (open.size() >= Limits.JSON_DEPTH) {
      throw new AssayException(Code.TOO_DEEP, "YAML nested deeper than " + Limits.JSON_DEPTH);
    }
    Frame parent = open.peek();
    if (parent != null && parent.map != null && parent.key == null) {
      throw bad(event, "a key that is not a string");
    }
    String path = childPath();
    lines.put(path, line(event));
    open.push(new Frame(mapping, path));
  }

  private String childPath() {
    Frame parent = open.peek();
    if (parent == null) {
      return "";
    }
    if (parent.list != null) {
      return parent.path + "[" + parent.list.size() + "]";
    }
    return parent.path.isEmpty() ? String.valueOf(parent.key) : parent.path + "." + parent.key;
  }

  private void pop() {
    add(open.pop().value());
  }

  private void scalar(ScalarEvent event) {
    noTag(event.getTag(), event);
    Frame parent = open.peek();
    if (parent != null && parent.map != null && parent.key == null) {
      String key = event.getValue();
      if (key.equals("<<")) {
        throw bad(event, "merge keys are not used here");
      }
      if (parent.map.containsKey(key)) {
        throw new AssayException(
            Code.DUPLICATE_MEMBER,
            "line " + line(event) + ": the key " + Text.quote(key) + " is there twice");
      }
      parent.key = key;
      return;
    }
    lines.put(childPath(), line(event));
    add(event.isPlain() ? plain(event.getValue()) : new Json.Str(event.getValue()));
  }

  private static Json plain(String text) {
    return switch (text) {
      case "", "null", "~" -> new Json.Null();
      case "true" -> new Json.Bool(true);
      case "false" -> new Json.Bool(false);
      default ->
          text.length() <= 40 && text.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?")
              ? new Json.Num(text)
              : new Json.Str(text);
    };
  }

  private void add(Json value) {
    Frame parent = open.peek();
    if (parent == null) {
      root = value;
    } else if (parent.list != null) {
      parent.list.add(value);
    } else if (parent.map != null && parent.key != null) {
      parent.map.put(parent.key, value);
      parent.key = null;
    }
  }

  private static int line(Event event) {
    return event.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }

  private static AssayException bad(Event event, String what) {
    return new AssayException(Code.BAD_YAML, "line " + line(event) + ": " + what);
  }
}
