package dev.assay.packaging;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;

/** Writes a gzipped POSIX ustar archive whose bytes depend on nothing but its content. */
final class Tar {

  private static final int BLOCK = 512;

  private Tar() {}

  static void write(
      Path file,
      String folder,
      Map<String, byte[]> files,
      Predicate<String> executable,
      Instant time)
      throws IOException {
    TreeSet<String> folders = new TreeSet<>();
    for (String name : files.keySet()) {
      for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
        folders.add(name.substring(0, slash));
      }
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(fresh))) {
      out.write(header(folder + "/", 0, 0755, '5', time));
      for (String name : folders) {
        out.write(header(folder + "/" + name + "/", 0, 0755, '5', time));
      }
      for (Map.Entry<String, byte[]> entry : files.entrySet()) {
        byte[] content = entry.getValue();
        int mode = executable.test(entry.getKey()) ? 0755 : 0644;
        out.write(header(folder + "/" + entry.getKey(), content.length, mode, '0', time));
        out.write(content);
        out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
      }
      out.write(new byte[2 * BLOCK]);
    }
    Files.move(fresh, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] header(String name, long size, int mode, char type, Instant time) {
    if (name.length() > 100) {
      throw new IllegalStateException("too long for a plain tar header: " + name);
    }
    byte[] block = new byte[BLOCK];
    put(block, 0, name);
    put(block, 100, "%07o".formatted(mode));
    put(block, 108, "0000000");
    put(block, 116, "0000000");
    put(block, 124, "%011o".formatted(size));
    put(block, 136, "%011o".formatted(time.getEpochSecond()));
    put(block, 148, "        ");
    block[156] = (byte) type;
    put(block, 257, "ustar");
    put(block, 263, "00");
    put(block, 265, "root");
    put(block, 297, "root");
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, "%06o".formatted(sum));
    block[154] = 0;
    return block;
  }

  private static void put(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }
}
