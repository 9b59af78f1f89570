package dev.assay.server;

import dev.assay.bytes.Text;

/** Writes HTML. What is given as text cannot become markup. */
final class Html {

  private final StringBuilder out = new StringBuilder(16_384);

  /** Markup of our own. Never anything from outside. */
  Html raw(String markup) {
    out.append(markup);
    return this;
  }

  /** Text from anywhere. */
  Html text(String text) {
    escape(out, text);
    return this;
  }

  Html element(String name, String text) {
    return raw("<" + name + ">").text(text).raw("</" + name + ">");
  }

  Html classed(String name, String cssClass, String text) {
    return raw("<" + name + " class=\"" + cssClass + "\">").text(text).raw("</" + name + ">");
  }

  /** A link whose address is made of our own words and numbers. */
  Html link(String href, String text) {
    return raw("<a href=\"").text(href).raw("\">").text(text).raw("</a>");
  }

  private static void escape(StringBuilder out, String from) {
    String text = Text.printable(from);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(c);
      }
    }
  }

  /** Text of several lines: each line is made safe, the line ends stay. */
  Html lines(String text) {
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (i > 0) {
        out.append('\n');
      }
      escape(out, lines[i]);
    }
    return this;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
