package dev.assay.packaging;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Writes a jar anew, for the class path of the command. Signature files go: the JVM leaves every
 * class of a signed jar out of the start-up cache, which doubles the time a command takes. What the
 * signature protected, the pin in dependencies.sha256 protects: the jar is compared with it before
 * it is opened here.
 */
final class Jars {

  private Jars() {}

  static byte[] repackage(Path jar, Instant time) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipFile in = new ZipFile(jar.toFile());
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      List<? extends ZipEntry> entries = Collections.list(in.entries());
      boolean signed = entries.stream().anyMatch(e -> isSignature(e.getName()));
      for (ZipEntry entry : entries) {
        if (entry.isDirectory()
            || isSignature(entry.getName())
            || isForeignNative(entry.getName())) {
          continue;
        }
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTimeLocal(LocalDateTime.ofInstant(time, ZoneOffset.UTC));
        out.putNextEntry(copy);
        try (InputStream content = in.getInputStream(entry)) {
          byte[] data = content.readAllBytes();
          out.write(
              signed && entry.getName().equals("META-INF/MANIFEST.MF")
                  ? withoutDigests(data)
                  : data);
        }
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static boolean isSignature(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return upper.startsWith("META-INF/")
        && upper.indexOf('/', "META-INF/".length()) < 0
        && (upper.endsWith(".SF")
            || upper.endsWith(".RSA")
            || upper.endsWith(".DSA")
            || upper.endsWith(".EC")
            || upper.startsWith("META-INF/SIG-"));
  }

  /** SQLite's library for a system that Assay is not made for. */
  private static boolean isForeignNative(String name) {
    return name.startsWith("org/sqlite/native/")
        && !name.matches("org/sqlite/native/(Linux|Linux-Musl|Mac)/(x86_64|aarch64)/.*");
  }

  /** The manifest without the digests of a signed jar's entries. */
  private static byte[] withoutDigests(byte[] manifest) throws IOException {
    Manifest parsed = new Manifest(new ByteArrayInputStream(manifest));
    for (Attributes attributes : parsed.getEntries().values()) {
      attributes.keySet().removeIf(k -> k.toString().endsWith("-Digest"));
    }
    parsed.getEntries().values().removeIf(Attributes::isEmpty);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    parsed.write(out);
    return out.toByteArray();
  }
}
