package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Where images are fetched from instead of where their names say: containers-registries.conf(5),
 * version 2. Of it, {@code [[registry]]} with {@code prefix}, {@code location}, {@code blocked},
 * {@code mirror-by-digest-only} and {@code [[registry.mirror]]} with {@code location} and {@code
 * pull-from-mirror} count.
 *
 * <p>Never honoured: {@code insecure}, for which there is {@code --plain-http}; and what gives a
 * short name another meaning on each machine ({@code unqualified-search-registries}, {@code
 * aliases}). Only fetching is redirected: what is pushed goes where its name says, and a policy
 * judges the name that was asked for.
 */
public final class RegistriesConf {

  private static final RegistriesConf NONE = new RegistriesConf(Map.of());
  private static final int MOST = 10_000;

  /**
   * @param tags whether it is asked for tags
   * @param digests whether it is asked for digests
   */
  record Mirror(String location, boolean tags, boolean digests) {}

  /**
   * @param prefix of the names it is about
   * @param location what replaces the prefix
   */
  record Rule(String prefix, String location, boolean blocked, List<Mirror> mirrors) {

    /** Whether a name, {@code registry/repository:tag@digest}, begins with the prefix. */
    boolean covers(String name) {
      if (prefix.startsWith("*.")) {
        int slash = name.indexOf('/');
        String host = name.substring(0, slash);
        String suffix = prefix.substring(1);
        return host.endsWith(suffix) && host.length() > suffix.length();
      }
      if (!name.startsWith(prefix)) {
        return false;
      }
      char next = name.length() == prefix.length() ? '/' : name.charAt(prefix.length());
      return next == '/' || prefix.indexOf('/') > 0 && (next == ':' || next == '@');
    }
  }

  /** Where to ask for an image, in this order. */
  record Source(Reference reference, boolean tags, boolean digests) {}

  private final Map<String, Rule> rules;

  private RegistriesConf(Map<String, Rule> rules) {
    this.rules = rules;
  }

  public static RegistriesConf none() {
    return NONE;
  }

  /**
   * Reads {@code $CONTAINERS_REGISTRIES_CONF}, else {@code
   * $HOME/.config/containers/registries.conf}, else {@code /etc/containers/registries.conf}, and
   * unless the first is set the files in the folders {@code registries.conf.d} beside the others.
   *
   * @throws AssayException with {@link Code#BAD_CONFIG}
   */
  public static RegistriesConf of(Map<String, String> environment) {
    Map<String, Rule> rules = new LinkedHashMap<>();
    Optional<Path> given = variable(environment, "CONTAINERS_REGISTRIES_CONF").map(Path::of);
    if (given.isPresent()) {
      read(given.get(), rules);
      return new RegistriesConf(rules);
    }
    Path machine = Path.of("/etc/containers");
    Optional<Path> user =
        variable(environment, "HOME").map(h -> Path.of(h, ".config", "containers"));
    Path main = machine.resolve("registries.conf");
    if (user.isPresent() && Files.exists(user.get().resolve("registries.conf"))) {
      main = user.get().resolve("registries.conf");
    }
    if (Files.exists(main)) {
      read(main, rules);
    }
    for (Path file : dropIns(machine)) {
      read(file, rules);
    }
    if (user.isPresent()) {
      for (Path file : dropIns(user.get())) {
        read(file, rules);
      }
    }
    return new RegistriesConf(rules);
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(v -> !v.isEmpty());
  }

  private static Iterable<Path> dropIns(Path parent) {
    TreeSet<Path> files = new TreeSet<>();
    Path folder = parent.resolve("registries.conf.d");
    if (Files.isDirectory(folder)) {
      try (var found = Files.newDirectoryStream(folder, "*.conf")) {
        found.forEach(files::add);
      } catch (IOException e) {
        throw unreadable(folder, e);
      }
    }
    return files;
  }

  private static AssayException unreadable(Path file, IOException e) {
    return new AssayException(Code.BAD_CONFIG, Text.quote(file.toString()) + " cannot be read", e);
  }

  private static void read(Path file, Map<String, Rule> rules) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(Limits.DOCUMENT_BYTES);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    read(bytes, file.toString(), rules);
  }

  static RegistriesConf parse(String text) {
    Map<String, Rule> rules = new LinkedHashMap<>();
    read(Text.utf8(text), "registries.conf", rules);
    return new RegistriesConf(rules);
  }

  // A later file's rule about a prefix takes the place of an earlier one's.
  private static void read(byte[] bytes, String name, Map<String, Rule> rules) {
    Fields f = Fields.of(Toml.parse(bytes, name), name, Code.BAD_CONFIG);
    if (f.has("registries")) {
      throw new AssayException(
          Code.BAD_CONFIG,
          Text.quote(name) + " is written in version 1 of the format",
          "write [[registry]] tables");
    }
    java.util.Set<String> own = new java.util.HashSet<>();
    for (Fields registry : f.objects("registry", MOST)) {
      Rule rule = rule(registry);
      if (!own.add(rule.prefix())) {
        throw registry.bad("prefix", "is there twice: " + Text.quote(rule.prefix()));
      }
      rules.put(rule.prefix(), rule);
    }
  }

  private static Rule rule(Fields f) {
    String location = f.optionalString("location").map(RegistriesConf::normal).orElse("");
    String prefix = f.optionalString("prefix").map(RegistriesConf::normal).orElse(location);
    boolean wildcard = prefix.startsWith("*.");
    if (prefix.isEmpty() || location.isEmpty() && !wildcard) {
      throw f.bad("location", "neither prefix nor location");
    }
    boolean digestsOnly = f.bool("mirror-by-digest-only", false);
    List<Mirror> mirrors = new ArrayList<>();
    for (Fields mirror : f.objects("mirror", 64)) {
      String when = mirror.optionalString("pull-from-mirror").orElse("all");
      if (!List.of("all", "digest-only", "tag-only").contains(when)) {
        throw mirror.bad("pull-from-mirror", "none of all, digest-only, tag-only");
      }
      boolean tags = !digestsOnly && !when.equals("digest-only");
      mirrors.add(new Mirror(normal(mirror.string("location")), tags, !when.equals("tag-only")));
    }
    return new Rule(prefix, location, f.bool("blocked", false), mirrors);
  }

  private static String normal(String text) {
    String plain = text.strip();
    int slash = plain.indexOf('/');
    String host = slash < 0 ? plain : plain.substring(0, slash);
    return host.toLowerCase(Locale.ROOT) + (slash < 0 ? "" : plain.substring(slash));
  }

  private Optional<Rule> rule(Reference reference) {
    String name = reference.toString();
    Rule longest = null;
    for (Rule rule : rules.values()) {
      if (rule.covers(name)
          && (longest == null || rule.prefix().length() > longest.prefix().length())) {
        longest = rule;
      }
    }
    return Optional.ofNullable(longest);
  }

  /**
   * Where to fetch from, the last being where the name itself leads; empty if nothing is
   * configured.
   *
   * @throws AssayException with {@link Code#REGISTRY_BLOCKED}, or {@link Code#BAD_CONFIG} if a
   *     location makes no name
   */
  List<Source> sources(Reference reference) {
    Optional<Rule> found = rule(reference);
    if (found.isEmpty()) {
      return List.of();
    }
    Rule rule = found.get();
    if (rule.blocked()) {
      throw new AssayException(
          Code.REGISTRY_BLOCKED,
          Text.printable(reference.name())
              + " is blocked by the rule for "
              + Text.quote(rule.prefix())
              + " in registries.conf");
    }
    List<Source> sources = new ArrayList<>();
    for (Mirror mirror : rule.mirrors()) {
      sources.add(
          new Source(moved(reference, rule, mirror.location()), mirror.tags(), mirror.digests()));
    }
    Reference home =
        rule.location().isEmpty() ? reference : moved(reference, rule, rule.location());
    if (sources.isEmpty() && home.equals(reference)) {
      return List.of();
    }
    sources.add(new Source(home, true, true));
    return sources;
  }

  private static Reference moved(Reference reference, Rule rule, String location) {
    int replaced =
        rule.prefix().startsWith("*.") ? reference.registry().length() : rule.prefix().length();
    String rest = reference.toString().substring(replaced);
    int slash = location.indexOf('/');
    try {
      // A location without a dot or a port is a host all the same.
      String name = location + rest;
      int first = slash < 0 ? name.indexOf('/') : slash;
      Reference parsed = Reference.parse("x.invalid" + name.substring(first));
      return new Reference(
          name.substring(0, first), parsed.repository(), parsed.tag(), parsed.digest());
    } catch (AssayException | StringIndexOutOfBoundsException e) {
      throw new AssayException(
          Code.BAD_CONFIG,
          "registries.conf: the location "
              + Text.quote(location)
              + " makes no name of "
              + Text.quote(reference.toString()),
          Optional.empty(),
          e);
    }
  }
}
