package dev.assay.packaging;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes the distribution, {@code app/target/assay-VERSION/} and {@code assay-VERSION.tar.gz}, from
 * the jars that Maven has built and resolved. Run by the build as a source program, on the JDK that
 * the toolchain has chosen.
 *
 * <pre>
 *   bin/assay            the launcher
 *   lib/*.jar            our jars and the third-party jars, each checked against dependencies.sha256
 *   lib/*.sh, *.conf     what the launcher reads
 *   share/               help pages, completion for bash and zsh
 *   demo/                data for {@code assay demo}; never on the class path
 *   LICENSE, NOTICE ...
 * </pre>
 *
 * <p>Two builds of the same sources with the same JDK give the same bytes: entries are sorted,
 * times are fixed, owners are nobody's.
 */
public final class Package {

  /** What the short commands need; the order is the class path's. */
  private static final List<String> SHORT =
      List.of(
          "assay",
          "assay-core",
          "bcprov-jdk18on",
          "bcutil-jdk18on",
          "bcpkix-jdk18on",
          "commons-cli",
          "re2j",
          "snakeyaml-engine");

  private final Path root;
  private final Path target;
  private final String version;
  private final Instant time;

  private Package(Path root, String version, Instant time) {
    this.root = root;
    this.target = root.resolve("app/target");
    this.version = version;
    this.time = time;
  }

  /** Arguments: root of the checkout, version, time of every entry, time the build began. */
  public static void main(String[] args) throws IOException {
    Package made = new Package(Path.of(args[0]), args[1], Instant.parse(args[2]));
    try {
      made.run();
    } catch (IllegalStateException e) {
      System.err.println("error: " + e.getMessage());
      System.exit(1);
    }
    // The launcher in the checkout compares sources with this: what changed while the build ran is
    // newer.
    Path built = made.target.resolve("built");
    Files.writeString(built, made.version + "\n");
    Files.setLastModifiedTime(built, FileTime.from(Instant.parse(args[3])));
  }

  private void run() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    List<Dependency> dependencies = Dependency.read(target.resolve("dependencies.txt"));
    Path demo = target.resolve("demo");
    Path natives = target.resolve("native");
    checkPins(dependencies, demo, natives);

    Map<String, String> jarNames = new TreeMap<>();
    for (Dependency dependency : dependencies) {
      if (dependency.group().equals("dev.assay") || dependency.artifact().equals("jspecify")) {
        // Ours come below; annotations are for the compiler.
        continue;
      }
      jarNames.put(dependency.artifact(), dependency.fileName());
      files.put("lib/" + dependency.fileName(), Jars.repackage(dependency.file(), time));
    }
    for (String ours : List.of("assay-core", "assay")) {
      String name = ours + "-" + version + ".jar";
      Path jar =
          root.resolve(ours.equals("assay") ? "app" : "core").resolve("target").resolve(name);
      jarNames.put(ours, name);
      files.put("lib/" + name, Jars.repackage(jar, time));
    }
    Map<String, String> nativeJars = nativeJars(natives);
    for (String name : nativeJars.values()) {
      files.put("lib/" + name, Jars.repackage(natives.resolve(name), time));
    }
    files.put("lib/launch.conf", launchConf(jarNames, nativeJars).getBytes(StandardCharsets.UTF_8));
    addFolder(files, root.resolve("app/src/dist"), "");
    addFolder(files, target.resolve("rendered"), "share/");
    addFolder(files, demo, "demo/");
    for (String name : List.of("LICENSE", "NOTICE", "README.md", "SECURITY.md", "CHANGELOG.md")) {
      if (Files.exists(root.resolve(name))) {
        files.put(name, Files.readAllBytes(root.resolve(name)));
      }
    }
    writeFolder(files);
    Path tarball = target.resolve("assay-" + version + ".tar.gz");
    Tar.write(tarball, "assay-" + version, files, Package::isExecutable, time);
  }

  private static boolean isExecutable(String name) {
    return name.startsWith("bin/") || name.equals("lib/train.sh");
  }

  /** Nothing is shipped that was not pinned. */
  private void checkPins(List<Dependency> dependencies, Path demo, Path natives)
      throws IOException {
    Map<String, String> pins = new TreeMap<>();
    for (String line : Files.readAllLines(root.resolve("dependencies.sha256"))) {
      if (!line.startsWith("#") && !line.isBlank()) {
        String[] words = line.split(" +");
        pins.put(words[1], words[0]);
      }
    }
    List<String> wrong = new ArrayList<>();
    for (Dependency dependency : dependencies) {
      if (!dependency.group().equals("dev.assay")
          && !sha256(dependency.file()).equals(pins.get(dependency.coordinates()))) {
        wrong.add(dependency.coordinates());
      }
    }
    for (Path folder : List.of(demo, natives)) {
      try (Stream<Path> jars = Files.list(folder)) {
        for (Path jar : jars.toList()) {
          String name = folder.getFileName() + ":" + jar.getFileName();
          if (!sha256(jar).equals(pins.get(name))) {
            wrong.add(name);
          }
        }
      }
    }
    if (!wrong.isEmpty()) {
      throw new IllegalStateException(
          "not the bytes that dependencies.sha256 pins: "
              + wrong
              + " (CONTRIBUTING.md, \"Pins\", says how they change)");
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The native provider's jar of each platform, by what {@code uname} calls the machine. */
  private static Map<String, String> nativeJars(Path natives) throws IOException {
    Map<String, String> out = new TreeMap<>();
    try (Stream<Path> jars = Files.list(natives)) {
      for (Path jar : jars.toList()) {
        String name = jar.getFileName().toString();
        for (String[] machine : new String[][] {{"x86_64", "x86_64"}, {"aarch64", "aarch_64"}}) {
          if (name.endsWith("-linux-" + machine[1] + ".jar") && out.put(machine[0], name) != null) {
            throw new IllegalStateException("two native jars for " + machine[0] + " in " + natives);
          }
        }
      }
    }
    if (out.size() != 2) {
      throw new IllegalStateException("not one native jar for each machine in " + natives);
    }
    return out;
  }

  /** What bin/assay reads: the class paths, and which commands need how much. */
  private String launchConf(Map<String, String> jarNames, Map<String, String> nativeJars)
      throws IOException {
    List<String> first = new ArrayList<>();
    for (String artifact : SHORT) {
      String name = jarNames.get(artifact);
      if (name == null) {
        throw new IllegalStateException("no jar of " + artifact + " among the dependencies");
      }
      first.add(name);
    }
    List<String> rest =
        jarNames.values().stream().filter(n -> !first.contains(n)).sorted().toList();
    List<String> shortCommands = new ArrayList<>();
    List<String> serverCommands = new ArrayList<>();
    List<String> copyCommands = new ArrayList<>();
    for (String line : Files.readAllLines(root.resolve("app/src/packaging/profiles.txt"))) {
      String text = line.replaceFirst("#.*", "").strip();
      if (!text.isEmpty()) {
        String[] words = text.split(" +", 2);
        (switch (words[0]) {
              case "short" -> shortCommands;
              case "server" -> serverCommands;
              case "copy" -> copyCommands;
              default -> throw new IllegalStateException("profiles.txt: " + line);
            })
            .add(words[1]);
      }
    }
    return """
    # Written by the build.
    short_jars='%s'
    other_jars='%s'
    native_linux_x86_64='%s'
    native_linux_aarch64='%s'
    short_commands='|%s|'
    server_commands='|%s|'
    copy_commands='|%s|'
    """
        .formatted(
            String.join(" ", first),
            String.join(" ", rest),
            nativeJars.get("x86_64"),
            nativeJars.get("aarch64"),
            String.join("|", shortCommands),
            String.join("|", serverCommands),
            String.join("|", copyCommands));
  }

  private static void addFolder(Map<String, byte[]> files, Path folder, String prefix)
      throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(
            prefix + folder.relativize(path).toString().replace('\\', '/'),
            Files.readAllBytes(path));
      }
    }
  }

  /**
   * Written beside and moved into place: a command that starts meanwhile sees the old folder or the
   * new one.
   */
  private void writeFolder(Map<String, byte[]> files) throws IOException {
    Path folder = target.resolve("assay-" + version);
    Path fresh = target.resolve("assay-" + version + ".new");
    Path old = target.resolve("assay-" + version + ".old");
    delete(fresh);
    delete(old);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = fresh.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
      Files.setPosixFilePermissions(
          path,
          PosixFilePermissions.fromString(isExecutable(file.getKey()) ? "rwxr-xr-x" : "rw-r--r--"));
    }
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(folder, old);
    }
    Files.move(fresh, folder);
    delete(old);
    Path link = target.resolve("dist");
    Path freshLink = target.resolve("dist.new");
    Files.deleteIfExists(freshLink);
    Files.createSymbolicLink(freshLink, folder.getFileName());
    Files.move(freshLink, link, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
