package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Writes a tar archive (POSIX ustar, with pax records for what does not fit) whose bytes depend on
 * nothing but what is put in: owner 0, one time for all, entries in the order they are given.
 */
final class TarWriter implements AutoCloseable {

  private static final int BLOCK = 512;
  private static final long LARGEST_OCTAL = 077777777777L;

  private final OutputStream out;
  private final long seconds;
  private long inEntry;

  TarWriter(OutputStream out, Instant time) {
    this.out = out;
    this.seconds = Math.max(0, time.getEpochSecond());
  }

  void folder(String path) throws IOException {
    header(path + "/", 0, '5', 0755, "");
  }

  /**
   * Begins a file; {@code size} bytes follow by {@link #write}.
   *
   * @param executable whether it can be run
   */
  void file(String path, long size, boolean executable) throws IOException {
    header(path, size, '0', executable ? 0755 : 0644, "");
    inEntry = size;
  }

  void link(String path, String target) throws IOException {
    header(path, 0, '2', 0777, target);
  }

  void write(byte[] bytes, int offset, int length) throws IOException {
    inEntry -= length;
    if (inEntry < 0) {
      throw new AssayException(Code.BAD_ARCHIVE, "a file grew while it was read");
    }
    out.write(bytes, offset, length);
  }

  void endFile(long size) throws IOException {
    if (inEntry != 0) {
      throw new AssayException(Code.BAD_ARCHIVE, "a file shrank while it was read");
    }
    pad(size);
  }

  private void pad(long size) throws IOException {
    int rest = (int) (size % BLOCK);
    if (rest > 0) {
      out.write(new byte[BLOCK - rest]);
    }
  }

  private void header(String path, long size, char type, int mode, String target)
      throws IOException {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    byte[] link = target.getBytes(StandardCharsets.UTF_8);
    boolean plain =
        name.length <= 100
            && link.length <= 100
            && size <= LARGEST_OCTAL
            && isAscii(name)
            && isAscii(link);
    if (!plain) {
      StringBuilder records = new StringBuilder();
      if (link.length > 0) {
        records.append(record("linkpath", target));
      }
      records.append(record("path", path));
      if (size > LARGEST_OCTAL) {
        records.append(record("size", Long.toString(size)));
      }
      byte[] body = Text.utf8(records.toString());
      block(Text.utf8("pax"), body.length, 'x', 0644, new byte[0]);
      out.write(body);
      pad(body.length);
    }
    block(name, Math.min(size, LARGEST_OCTAL), type, mode, link);
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  /** A pax record says its own length: {@code "25 path=...\n"}. */
  private static String record(String key, String value) {
    int content = Text.utf8(key + "=" + value).length + 2;
    int length = content + Integer.toString(content).length();
    if (content + Integer.toString(length).length() != length) {
      length++;
    }
    return length + " " + key + "=" + value + "\n";
  }

  private void block(byte[] name, long size, char type, int mode, byte[] link) throws IOException {
    byte[] h = new byte[BLOCK];
    System.arraycopy(name, 0, h, 0, Math.min(100, name.length));
    octal(h, 100, 8, mode);
    octal(h, 108, 8, 0);
    octal(h, 116, 8, 0);
    octal(h, 124, 12, size);
    octal(h, 136, 12, Math.min(seconds, LARGEST_OCTAL));
    Arrays.fill(h, 148, 156, (byte) ' ');
    h[156] = (byte) type;
    System.arraycopy(link, 0, h, 157, Math.min(100, link.length));
    System.arraycopy(Text.utf8("ustar"), 0, h, 257, 5);
    h[263] = '0';
    h[264] = '0';
    int sum = 0;
    for (byte b : h) {
      sum += b & 0xff;
    }
    octal(h, 148, 7, sum);
    h[155] = ' ';
    out.write(h);
  }

  private static void octal(byte[] h, int offset, int length, long value) {
    String digits = Long.toOctalString(value);
    int at = offset + length - 1 - digits.length();
    Arrays.fill(h, offset, at, (byte) '0');
    System.arraycopy(Text.utf8(digits), 0, h, at, digits.length());
    h[offset + length - 1] = 0;
  }

  /** Ends the archive; the stream stays open. */
  @Override
  public void close() throws IOException {
    out.write(new byte[2 * BLOCK]);
  }
}
