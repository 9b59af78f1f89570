package dev.assay.sbom;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Maven's version order (Maven 3.9, "Version Order Specification" of the POM reference, with the
 * tie-breaks that its implementation has): numbers, qualifiers, and lists that a dash or a change
 * between letters and digits opens.
 */
final class MavenOrder implements VersionOrder {

  private static final List<String> QUALIFIERS =
      List.of("alpha", "beta", "milestone", "rc", "snapshot", "", "sp");
  private static final int RELEASE = QUALIFIERS.indexOf("");

  @Override
  public String name() {
    return "maven";
  }

  @Override
  public OptionalInt compare(String a, String b) {
    if (a.length() > Versions.MAX_LENGTH || b.length() > Versions.MAX_LENGTH) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(Integer.signum(order(new Reader(a).read(), new Reader(b).read())));
  }

  /** A part of a version. */
  private sealed interface Item {
    /** Whether a trailing one may be dropped: {@code 1.0} is {@code 1}. */
    boolean isNothing();
  }

  /** Digits without leading zeros. */
  private record Num(String digits) implements Item {
    @Override
    public boolean isNothing() {
      return digits.equals("0");
    }
  }

  private record Word(String value) implements Item {
    @Override
    public boolean isNothing() {
      return value.isEmpty();
    }
  }

  private record Group(List<Item> items) implements Item {
    @Override
    public boolean isNothing() {
      return items.isEmpty();
    }

    // Drops what adds nothing at the end, and before a list at the end: 1.0-rc is 1-rc.
    void trim() {
      for (int i = items.size() - 1; i >= 0; i--) {
        if (items.get(i).isNothing()) {
          items.remove(i);
        } else if (!(items.get(i) instanceof Group)) {
          return;
        }
      }
    }
  }

  private static int order(Item a, Item b) {
    return switch (a) {
      case Num n ->
          switch (b) {
            case Num m -> SemverOrder.number(n.digits, m.digits);
            case Word w -> 1;
            case Group g -> 1;
          };
      case Word w ->
          switch (b) {
            case Num m -> -1;
            case Word v -> rank(w).compareTo(rank(v));
            case Group g -> -1;
          };
      case Group g ->
          switch (b) {
            case Num m -> -1;
            case Word w -> 1;
            case Group h -> orderGroups(g.items, h.items);
          };
    };
  }

  private static int orderGroups(List<Item> a, List<Item> b) {
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      int order;
      if (i >= a.size()) {
        order = -orderToNothing(b.get(i));
      } else if (i >= b.size()) {
        order = orderToNothing(a.get(i));
      } else {
        order = order(a.get(i), b.get(i));
      }
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int orderToNothing(Item item) {
    return switch (item) {
      case Num n -> n.isNothing() ? 0 : 1;
      case Word w -> rank(w).compareTo(Integer.toString(RELEASE));
      case Group g -> {
        for (Item part : g.items) {
          int order = orderToNothing(part);
          if (order != 0) {
            yield order;
          }
        }
        yield 0;
      }
    };
  }

  // Known qualifiers by their place, unknown ones after them by their letters; compared as text.
  private static String rank(Word word) {
    int place = QUALIFIERS.indexOf(word.value);
    return place >= 0 ? Integer.toString(place) : QUALIFIERS.size() + "-" + word.value;
  }

  private static Word word(String text, boolean numberFollows) {
    if (numberFollows && text.length() == 1) {
      switch (text.charAt(0)) {
        case 'a' -> {
          return new Word("alpha");
        }
        case 'b' -> {
          return new Word("beta");
        }
        case 'm' -> {
          return new Word("milestone");
        }
        default -> {}
      }
    }
    return new Word(
        switch (text) {
          case "ga", "final", "release" -> "";
          case "cr" -> "rc";
          default -> text;
        });
  }

  private static Num num(String digits) {
    int i = 0;
    while (i < digits.length() - 1 && digits.charAt(i) == '0') {
      i++;
    }
    return new Num(digits.substring(i));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static final class Reader {
    private final String text;
    private final Deque<Group> open = new ArrayDeque<>();
    private Group group = new Group(new ArrayList<>());

    Reader(String version) {
      this.text = version.toLowerCase(Locale.ENGLISH);
    }

    Group read() {
      Group root = group;
      open.push(root);
      boolean digits = false;
      int start = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '.' || c == '-') {
          group.items.add(i == start ? num("0") : item(digits, start, i));
          start = i + 1;
          if (c == '-') {
            nest();
          }
        } else if (isDigit(c)) {
          if (!digits && i > start) {
            if (!group.items.isEmpty()) {
              nest();
            }
            group.items.add(word(text.substring(start, i), true));
            start = i;
            nest();
          }
          digits = true;
        } else {
          if (digits && i > start) {
            group.items.add(item(true, start, i));
            start = i;
            nest();
          }
          digits = false;
        }
      }
      if (text.length() > start) {
        if (!digits && !group.items.isEmpty()) {
          nest(); // 1.0.x is 1.0-x
        }
        group.items.add(item(digits, start, text.length()));
      }
      while (!open.isEmpty()) {
        open.pop().trim();
      }
      return root;
    }

    private void nest() {
      Group inner = new Group(new ArrayList<>());
      group.items.add(inner);
      open.push(inner);
      group = inner;
    }

    private Item item(boolean digits, int start, int end) {
      String part = text.substring(start, end);
      return digits ? num(part) : word(part, false);
    }
  }
}
