package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which names an authority may vouch for (RFC 5280 section 4.2.1.10). Constraints on other kinds of
 * names than email, DNS, URI and directory names are refused.
 */
final class NameConstraints {

  private static final int EMAIL = DerReader.CONTEXT + 1;
  private static final int DNS = DerReader.CONTEXT + 2;
  private static final int URI = DerReader.CONTEXT + 6;
  private static final int DIRECTORY = DerReader.CONTEXT_CONSTRUCTED + 4;
  private static final int MAX_SUBTREES = 128;

  /** A subtree: text in lower case but for a mailbox's local part, or a directory name. */
  private record Subtree(int kind, String text, List<DirectoryName.Part> parts) {}

  private final List<Subtree> permitted = new ArrayList<>();
  private final List<Subtree> excluded = new ArrayList<>();

  private NameConstraints() {}

  static NameConstraints read(byte[] extension) {
    NameConstraints out = new NameConstraints();
    DerReader outer = new DerReader(extension);
    DerReader in = outer.enter(DerReader.SEQUENCE);
    outer.done();
    if (in.peek() == DerReader.CONTEXT_CONSTRUCTED) {
      subtrees(in.enter(DerReader.CONTEXT_CONSTRUCTED), out.permitted);
    }
    if (in.peek() == DerReader.CONTEXT_CONSTRUCTED + 1) {
      subtrees(in.enter(DerReader.CONTEXT_CONSTRUCTED + 1), out.excluded);
    }
    in.done();
    if (out.permitted.isEmpty() && out.excluded.isEmpty()) {
      throw bad("constraints that name nothing");
    }
    return out;
  }

  private static void subtrees(DerReader list, List<Subtree> out) {
    do {
      DerReader in = list.enter(DerReader.SEQUENCE);
      int kind = in.peek();
      switch (kind) {
        case EMAIL, DNS, URI -> out.add(new Subtree(kind, constraint(kind, in), List.of()));
        case DIRECTORY -> {
          DerReader tagged = in.enter(DIRECTORY);
          out.add(new Subtree(kind, "", DirectoryName.parts(tagged.element(DerReader.SEQUENCE))));
          tagged.done();
        }
        default -> throw bad("a constraint on another kind of name");
      }
      // Minimum and maximum are not used (same section).
      in.done();
      if (out.size() > MAX_SUBTREES) {
        throw bad("more than " + MAX_SUBTREES + " constraints");
      }
    } while (list.hasMore());
  }

  private static String constraint(int kind, DerReader in) {
    String text = ascii(in.content(kind));
    int mailbox = kind == EMAIL ? text.lastIndexOf('@') : -1;
    String host = text.substring(mailbox + 1);
    if (mailbox >= 0) {
      return text.substring(0, mailbox + 1) + host(host);
    }
    if (host.isEmpty()) {
      return host;
    }
    return host.startsWith(".") ? "." + host(host.substring(1)) : host(host);
  }

  /** What is wrong with a name of this certificate, or null. */
  @Nullable String refusal(Certificate certificate) {
    List<DirectoryName.Part> subject = DirectoryName.parts(certificate.subject());
    String refusal = subject.isEmpty() ? null : refusal(DIRECTORY, certificate.subject());
    // Same section: addresses in the subject are bound by the constraints on email.
    for (DirectoryName.Part part : subject) {
      for (String address : part.addresses()) {
        refusal = refusal != null ? refusal : refusal(EMAIL, Text.utf8(address));
      }
    }
    Certificate.Extension names =
        certificate.extensions().get(Certificate.SUBJECT_ALTERNATIVE_NAME);
    if (names == null || refusal != null) {
      return refusal;
    }
    DerReader outer = new DerReader(names.value());
    DerReader in = outer.enter(DerReader.SEQUENCE);
    while (in.hasMore()) {
      int kind = in.peek();
      if (kind == DIRECTORY) {
        DerReader tagged = in.enter(kind);
        refusal = refusal(kind, tagged.element(DerReader.SEQUENCE));
      } else {
        refusal = refusal(kind, in.content(kind));
      }
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  private @Nullable String refusal(int kind, byte[] name) {
    boolean constrained = false;
    boolean allowed = false;
    String shown = kind == DIRECTORY ? DistinguishedNames.text(name) : Text.quote(lossy(name));
    for (Subtree subtree : permitted) {
      if (subtree.kind() == kind) {
        constrained = true;
        allowed |= within(kind, name, subtree, false);
      }
    }
    if (constrained && !allowed) {
      return shown + ", which is not permitted";
    }
    for (Subtree subtree : excluded) {
      if (subtree.kind() == kind && within(kind, name, subtree, true)) {
        return shown + ", which is excluded";
      }
    }
    return null;
  }

  /**
   * @param unclear the answer for a name that cannot be told apart
   */
  private static boolean within(int kind, byte[] name, Subtree subtree, boolean unclear) {
    try {
      if (kind == DIRECTORY) {
        return DirectoryName.startsWith(DirectoryName.parts(name), subtree.parts());
      }
      String text = ascii(name);
      String constraint = subtree.text();
      if (kind == DNS) {
        String host = host(text);
        return constraint.isEmpty()
            || (constraint.startsWith(".")
                ? host.endsWith(constraint)
                : host.equals(constraint) || host.endsWith("." + constraint));
      }
      String host = kind == EMAIL ? mailboxHost(text) : uriHost(text);
      if (constraint.contains("@")) {
        return constraint.equals(text.substring(0, text.indexOf('@') + 1) + host);
      }
      return constraint.isEmpty()
          || (constraint.startsWith(".") ? host.endsWith(constraint) : host.equals(constraint));
    } catch (AssayException e) {
      return unclear;
    }
  }

  private static String mailboxHost(String text) {
    int at = text.indexOf('@');
    if (at <= 0 || text.indexOf('@', at + 1) >= 0 || text.indexOf('"') >= 0) {
      throw bad("an email address whose host is not clear");
    }
    return host(text.substring(at + 1));
  }

  /** RFC 3986 section 3.2; a host that is an address has no place in constraints. */
  private static String uriHost(String text) {
    int start = text.indexOf("://");
    if (start <= 0) {
      throw bad("a URI without an authority");
    }
    int end = start + 3;
    while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    String authority = text.substring(start + 3, end);
    if (authority.indexOf('\\') >= 0) {
      throw bad("a URI whose host is not clear");
    }
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    int port = host.indexOf(':');
    return host(port < 0 ? host : host.substring(0, port));
  }

  /** A host name in lower case, without a dot at its end. */
  private static String host(String text) {
    String host = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    boolean letter = false;
    char before = '.';
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      boolean alpha = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
      boolean known = alpha || c >= '0' && c <= '9' || c == '-' || c == '_';
      if (!known && !(c == '.' && before != '.')) {
        throw bad("a host name that is not clear");
      }
      letter |= alpha;
      before = c;
    }
    // Without a letter it is an address, or looks like one.
    if (!letter || before == '.') {
      throw bad("a host name that is not clear");
    }
    return host.toLowerCase(Locale.ROOT);
  }

  private static String ascii(byte[] content) {
    for (byte b : content) {
      if (b <= 0x20 || b == 0x7f) {
        throw bad("a name that is not printable ASCII");
      }
    }
    return Text.utf8(content);
  }

  private static String lossy(byte[] content) {
    StringBuilder out = new StringBuilder(content.length);
    for (byte b : content) {
      out.append((char) (b & 0xff));
    }
    return out.toString();
  }

  private static AssayException bad(String message) {
    return new AssayException(Code.BAD_CERTIFICATE, message);
  }
}
