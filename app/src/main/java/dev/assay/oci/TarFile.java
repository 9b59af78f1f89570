package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The files in a tar archive (POSIX ustar and pax, GNU's long names), found by one pass over the
 * headers and read where they lie. Nothing is unpacked.
 *
 * <p>Strict: a name that leads outside, a wrong checksum, an archive that stops early is refused
 * with {@link Code#BAD_ARCHIVE} or {@link Code#UNSAFE_PATH}. Links (older {@code docker save} has
 * them for layers that occur twice) are followed inside the archive only.
 */
final class TarFile {

  private static final int BLOCK = 512;
  private static final int MOST_ENTRIES = 200_000;
  private static final int LONGEST_EXTENSION = 64 << 10;
  private static final int MOST_LINKS = 8;

  /**
   * @param offset of the bytes in the archive
   */
  record Entry(long offset, long size) {}

  private final Path file;
  private final long length;
  private final Map<String, Entry> files = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();

  // What an extension header says about the next one.
  private Optional<String> nextName = Optional.empty();
  private Optional<String> nextLink = Optional.empty();
  private Optional<Long> nextSize = Optional.empty();

  private TarFile(Path file, long length) {
    this.file = file;
    this.length = length;
  }

  /**
   * @throws AssayException also with {@link Code#FILE_UNREADABLE}
   */
  static TarFile open(Path file) {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      TarFile tar = new TarFile(file, in.size());
      tar.scan(in);
      return tar;
    } catch (NoSuchFileException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "no archive " + Text.quote(file.toString()), e);
    } catch (IOException e) {
      throw DurableFiles.unreadable(file, e);
    }
  }

  private AssayException bad(String what) {
    return new AssayException(
        Code.BAD_ARCHIVE, Text.quote(String.valueOf(file.getFileName())) + ": " + what);
  }

  private void scan(FileChannel in) throws IOException {
    long at = 0;
    byte[] header = new byte[BLOCK];
    for (int count = 0; ; count++) {
      if (!read(in, at, header)) {
        throw bad("the archive stops before its end");
      }
      at += BLOCK;
      if (isZero(header)) {
        return;
      }
      if (count == 0 && header[0] == 0x1f && header[1] == (byte) 0x8b) {
        throw new AssayException(
            Code.BAD_ARCHIVE,
            Text.quote(String.valueOf(file.getFileName())) + " is compressed",
            "gunzip it first");
      }
      if (count >= MOST_ENTRIES) {
        throw bad("more than " + MOST_ENTRIES + " entries");
      }
      checkSum(header);
      at = entry(in, header, at);
    }
  }

  private static boolean read(FileChannel in, long at, byte[] into) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(into);
    while (buffer.hasRemaining()) {
      if (in.read(buffer, at + buffer.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private void checkSum(byte[] h) {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : h[i] & 0xff;
    }
    if (sum != number(h, 148, 8)) {
      throw bad("not a tar archive, or a header is damaged");
    }
  }

  /** Octal digits or, for large numbers, GNU's binary form. */
  private long number(byte[] h, int offset, int length) {
    if ((h[offset] & 0x80) != 0) {
      long value = h[offset] & 0x7f;
      for (int i = 1; i < length; i++) {
        if (value > Long.MAX_VALUE >> 8) {
          throw bad("a number is too large");
        }
        value = value << 8 | h[offset + i] & 0xff;
      }
      return value;
    }
    long value = 0;
    boolean ended = false;
    for (int i = offset; i < offset + length; i++) {
      int c = h[i];
      if (c >= '0' && c <= '7' && !ended) {
        value = value << 3 | c - '0';
      } else if (c == 0 || c == ' ') {
        ended |= value > 0 || c == 0;
      } else {
        throw bad("not a number");
      }
    }
    return value;
  }

  private static String text(byte[] h, int offset, int length) {
    int end = offset;
    while (end < offset + length && h[end] != 0) {
      end++;
    }
    return new String(h, offset, end - offset, StandardCharsets.UTF_8);
  }

  private long entry(FileChannel in, byte[] h, long at) throws IOException {
    char type = (char) h[156];
    boolean extension = type == 'x' || type == 'g' || type == 'L' || type == 'K';
    long size = extension ? number(h, 124, 12) : nextSize.orElse(number(h, 124, 12));
    if (size < 0 || size > length - at) {
      throw bad("the archive stops before its end");
    }
    long next = at + (size + BLOCK - 1) / BLOCK * BLOCK;
    if (extension) {
      if (size > LONGEST_EXTENSION) {
        throw bad("a header is too long");
      }
      byte[] body = new byte[(int) size];
      if (!read(in, at, body)) {
        throw bad("the archive stops before its end");
      }
      extend(type, body);
      return next;
    }
    String prefix = text(h, 257, 5).equals("ustar") && h[262] == 0 ? text(h, 345, 155) : "";
    String plain = (prefix.isEmpty() ? "" : prefix + "/") + text(h, 0, 100);
    String name = inside("", nextName.orElse(plain));
    String link = nextLink.orElse(text(h, 157, 100));
    nextName = Optional.empty();
    nextLink = Optional.empty();
    nextSize = Optional.empty();
    boolean twice = files.containsKey(name) || links.containsKey(name);
    switch (type) {
      case '0', '\0', '7' -> {
        // Two files of one name are one thing to one reader and another to the next.
        if (twice || name.isEmpty()) {
          throw bad("the file " + Text.quote(name) + " is there twice");
        }
        files.put(name, new Entry(at, size));
      }
      case '1', '2' -> {
        if (twice) {
          throw bad("the file " + Text.quote(name) + " is there twice");
        }
        int slash = name.lastIndexOf('/');
        String base = type == '2' && slash >= 0 ? name.substring(0, slash) : "";
        links.put(name, inside(base, link));
      }
      case '5' -> {}
      default -> throw bad("an entry that is no file, folder or link: " + Text.quote(name));
    }
    return next;
  }

  private void extend(char type, byte[] body) {
    switch (type) {
      case 'L' -> nextName = Optional.of(text(body, 0, body.length));
      case 'K' -> nextLink = Optional.of(text(body, 0, body.length));
      case 'x' -> pax(body);
      default -> {} // What a global header says about all entries is of no use here.
    }
  }

  /** Records of the form {@code "25 path=...\n"}, the number being the length of the record. */
  private void pax(byte[] body) {
    for (int at = 0; at < body.length; ) {
      int space = at;
      int size = 0;
      while (space < body.length && body[space] >= '0' && body[space] <= '9' && space - at < 6) {
        size = size * 10 + body[space++] - '0';
      }
      if (space == at
          || space >= body.length
          || body[space] != ' '
          || size < space - at + 3
          || size > body.length - at
          || body[at + size - 1] != '\n') {
        throw bad("an extended header is not well-formed");
      }
      String record =
          new String(body, space + 1, at + size - 1 - space - 1, StandardCharsets.UTF_8);
      int equals = record.indexOf('=');
      String value = record.substring(equals + 1);
      switch (equals < 0 ? "" : record.substring(0, equals)) {
        case "path" -> nextName = Optional.of(value);
        case "linkpath" -> nextLink = Optional.of(value);
        case "size" -> {
          if (!value.matches("[0-9]{1,18}")) {
            throw bad("not a number");
          }
          nextSize = Optional.of(Long.parseLong(value));
        }
        default -> {} // Times, owners and the like.
      }
      at += size;
    }
  }

  /** The path without {@code .} and {@code ..}, refused when it leads outside. */
  private String inside(String base, String path) {
    if (path.startsWith("/") || path.indexOf('\0') >= 0) {
      throw unsafe(path);
    }
    java.util.ArrayDeque<String> parts = new java.util.ArrayDeque<>();
    for (String part : (base + "/" + path).split("/")) {
      if (part.equals("..")) {
        if (parts.pollLast() == null) {
          throw unsafe(path);
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return String.join("/", parts);
  }

  private AssayException unsafe(String path) {
    return new AssayException(
        Code.UNSAFE_PATH,
        Text.quote(String.valueOf(file.getFileName()))
            + " has a path that leads outside: "
            + Text.quote(path));
  }

  /** Where a file lies in the archive, links followed. */
  Optional<Entry> find(String name) {
    String at = name;
    for (int i = 0; i < MOST_LINKS; i++) {
      Entry found = files.get(at);
      if (found != null) {
        return Optional.of(found);
      }
      String link = links.get(at);
      if (link == null) {
        return Optional.empty();
      }
      at = link;
    }
    throw bad("links that lead to links, from " + Text.quote(name));
  }

  /**
   * A small file.
   *
   * @throws AssayException with {@link Code#TOO_LARGE}
   */
  Optional<byte[]> read(String name, int limit) {
    Optional<Entry> entry = find(name);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    if (entry.get().size() > limit) {
      throw new AssayException(
          Code.TOO_LARGE, Text.quote(name) + " in the archive has more than " + limit + " bytes");
    }
    try (InputStream in = stream(entry.get())) {
      return Optional.of(in.readNBytes(limit));
    } catch (IOException e) {
      throw DurableFiles.unreadable(file, e);
    }
  }

  /** The digests that files under {@code blobs/} are called by, of at most so many bytes. */
  List<Digest> blobs(int limit) {
    List<Digest> out = new ArrayList<>();
    files.forEach((name, entry) -> {
      String digest = name.startsWith("blobs/") ? name.substring(6).replaceFirst("/", ":") : "";
      if (entry.size() <= limit && Digest.isDigest(digest)) {
        out.add(Digest.parse(digest));
      }
    });
    return out;
  }

  InputStream stream(Entry entry) throws IOException {
    return new Slice(FileChannel.open(file, StandardOpenOption.READ), entry.offset(), entry.size());
  }

  Path file() {
    return file;
  }

  private static final class Slice extends InputStream {
    private final FileChannel channel;
    private long at;
    private long left;

    Slice(FileChannel channel, long at, long left) {
      this.channel = channel;
      this.at = at;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, into.length);
      if (left == 0) {
        return -1;
      }
      int count = channel.read(ByteBuffer.wrap(into, offset, (int) Math.min(length, left)), at);
      if (count > 0) {
        at += count;
        left -= count;
      }
      return count;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
