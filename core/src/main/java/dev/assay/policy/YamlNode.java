package dev.assay.policy;

import dev.assay.bytes.Limits;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * A value with the place where it stands, in characters of the text. Made from documents that
 * {@link YamlReader} has accepted.
 */
final class YamlNode {

  /** What stands at a scalar; null for a mapping or a sequence. */
  final @Nullable String scalar;

  /** Whether a scalar stands without quotes. */
  final boolean plain;

  /** Whether a collection stands in brackets. */
  final boolean flow;

  final boolean mapping;

  /** Keys and values in turn, or elements. */
  final List<YamlNode> children = new ArrayList<>();

  final int start;
  int end;

  /** Where each code point of a text stands, which is what marks count. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Offsets(int[] of) {
    static Offsets in(String text) {
      int[] out = new int[text.codePointCount(0, text.length()) + 1];
      for (int i = 0, at = 0; i < out.length; i++) {
        out[i] = at;
        at += at < text.length() ? Character.charCount(text.codePointAt(at)) : 0;
      }
      return new Offsets(out);
    }

    int at(Mark mark) {
      return of[mark.getIndex()];
    }
  }

  private YamlNode(Event event, Offsets offsets) {
    this.scalar = event instanceof ScalarEvent s ? s.getValue() : null;
    this.plain = event instanceof ScalarEvent s && s.isPlain();
    this.flow = event instanceof CollectionStartEvent c && c.isFlow();
    this.mapping = event instanceof MappingStartEvent;
    this.start = offsets.at(event.getStartMark().orElseThrow());
    this.end = offsets.at(event.getEndMark().orElseThrow());
  }

  static YamlNode read(byte[] bytes, String text) {
    YamlReader.read(bytes);
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(Limits.DOCUMENT_BYTES)
            .setUseMarks(true)
            .setParseComments(false)
            .build();
    // Not the library's Parse, which its module does not export: see YamlReader.
    Iterator<Event> events = new ParserImpl(settings, new StreamReader(settings, text));
    Offsets offsets = Offsets.in(text);
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof ScalarEvent || event instanceof CollectionStartEvent) {
        return node(event, events, offsets);
      }
    }
    throw new IllegalStateException("no document");
  }

  private static YamlNode node(Event first, Iterator<Event> events, Offsets offsets) {
    YamlNode node = new YamlNode(first, offsets);
    if (node.scalar != null) {
      return node;
    }
    while (true) {
      Event event = events.next();
      if (event instanceof ScalarEvent || event instanceof CollectionStartEvent) {
        YamlNode child = node(event, events, offsets);
        node.children.add(child);
        node.end = child.end;
      } else if (event instanceof DocumentEndEvent) {
        throw new IllegalStateException("a collection that does not end");
      } else {
        // A block ends where its last value does; the event stands at what comes next.
        if (node.flow) {
          node.end = offsets.at(event.getEndMark().orElseThrow());
        }
        return node;
      }
    }
  }

  @Nullable YamlNode get(String name) {
    for (int i = 0; mapping && i + 1 < children.size(); i += 2) {
      if (name.equals(children.get(i).scalar)) {
        return children.get(i + 1);
      }
    }
    return null;
  }

  List<YamlNode> elements() {
    return mapping ? List.of() : children;
  }
}
