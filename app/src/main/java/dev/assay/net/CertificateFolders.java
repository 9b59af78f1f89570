package dev.assay.net;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The folders in which Docker and containers-certs.d(5) keep what TLS with one registry needs:
 * {@code /etc/docker/certs.d/HOST:PORT} and the like. In it, {@code *.crt} are certificate
 * authorities, {@code NAME.cert} with {@code NAME.key} (PKCS#8) is the client's certificate. The
 * first folder that has something for a host counts, the user's before the machine's.
 */
final class CertificateFolders implements HostTls {

  private static final int MOST_FILES = 64;

  private final List<Path> roots;

  CertificateFolders(List<Path> roots) {
    this.roots = List.copyOf(roots);
  }

  static CertificateFolders of(Map<String, String> environment) {
    List<Path> roots = new ArrayList<>();
    Optional.ofNullable(environment.get("HOME"))
        .filter(h -> !h.isEmpty())
        .ifPresent(h -> roots.add(Path.of(h, ".config", "containers", "certs.d")));
    roots.add(Path.of("/etc/containers/certs.d"));
    roots.add(Path.of("/etc/docker/certs.d"));
    return new CertificateFolders(roots);
  }

  @Override
  public Material of(String authority) {
    // A host name has none of these; nothing else becomes a path.
    if (!authority.matches("[A-Za-z0-9.:\\[\\]-]+") || authority.startsWith(".")) {
      return new Material(List.of(), Optional.empty());
    }
    for (Path root : roots) {
      Path folder = root.resolve(authority);
      if (Files.isDirectory(folder)) {
        Material found = read(folder);
        if (!found.isEmpty()) {
          return found;
        }
      }
    }
    return new Material(List.of(), Optional.empty());
  }

  private static Material read(Path folder) {
    TreeSet<Path> files = new TreeSet<>();
    try (var entries = Files.newDirectoryStream(folder, "*.{crt,cert}")) {
      for (Path entry : entries) {
        files.add(entry);
        if (files.size() > MOST_FILES) {
          throw bad(folder, "has more than " + MOST_FILES + " certificates");
        }
      }
      List<byte[]> authorities = new ArrayList<>();
      Optional<TlsMaterial> certificate = Optional.empty();
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".crt")) {
          authorities.add(bytes(file));
        } else if (certificate.isEmpty()) {
          Path key = file.resolveSibling(name.substring(0, name.length() - 4) + "key");
          if (!Files.exists(key)) {
            throw bad(file, "has no key beside it");
          }
          certificate = Optional.of(new TlsMaterial(bytes(file), bytes(key)));
        }
      }
      return new Material(authorities, certificate);
    } catch (IOException e) {
      throw new AssayException(
          Code.BAD_CONFIG, Text.quote(folder.toString()) + " cannot be read", e);
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(Limits.DOCUMENT_BYTES);
    }
  }

  private static AssayException bad(Path file, String what) {
    return new AssayException(Code.BAD_CONFIG, Text.quote(file.toString()) + " " + what);
  }
}
