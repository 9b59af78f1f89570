package dev.assay.signing;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.EncryptedKeyFile;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** Keys in files: {@code NAME.key} and {@code NAME.pub}. */
public final class KeyFiles {

  private static final String OWNER_ONLY = "rw-------";
  private static final String ALL_READ = "rw-r--r--";

  private KeyFiles() {}

  /**
   * The files of a key that was written.
   *
   * @param privateKey {@code NAME.key}
   * @param publicKey {@code NAME.pub}
   */
  public record Pair(Path privateKey, Path publicKey) {

    /** The files of a key of this name: {@code DIR/NAME} gives {@code DIR/NAME.key}. */
    public static Pair of(Path name) {
      Optional<Path> last = Optional.ofNullable(name.getFileName());
      String text = last.map(Path::toString).orElse("");
      if (text.isEmpty() || text.equals(".") || text.equals("..")) {
        throw new AssayException(
            Code.USAGE, "not a name for a key: " + Text.quote(name.toString()));
      }
      return new Pair(name.resolveSibling(text + ".key"), name.resolveSibling(text + ".pub"));
    }
  }

  /**
   * Loads a private key: cosign's encrypted format, or unencrypted PKCS#8, SEC 1 or PKCS#1 in PEM.
   * The password is asked for only if the file is encrypted.
   *
   * @throws AssayException with {@link Code#FILE_UNREADABLE}, {@link Code#TOO_LARGE}, {@link
   *     Code#KEY_UNREADABLE}, {@link Code#KEY_UNSUPPORTED} or {@link Code#KEY_PASSWORD}
   */
  public static PrivateKey load(Path file, Passwords passwords) {
    byte[] content = read(file);
    try {
      if (!EncryptedKeyFile.isOne(content)) {
        return PrivateKey.fromPem(content);
      }
      byte[] password = passwords.existing(Text.printable(file.toString()));
      try {
        return EncryptedKeyFile.open(content, password);
      } finally {
        Arrays.fill(password, (byte) 0);
      }
    } catch (AssayException e) {
      throw named(file, e);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /** Loads a private key to sign with; see {@link #load}. */
  public static Signer signer(Path file, Passwords passwords) {
    return Signer.of(load(file, passwords));
  }

  /**
   * Loads a public key, one PEM block {@code PUBLIC KEY}.
   *
   * @throws AssayException with {@link Code#FILE_UNREADABLE}, {@link Code#TOO_LARGE}, {@link
   *     Code#KEY_UNREADABLE} or {@link Code#KEY_UNSUPPORTED}
   */
  public static PublicKey loadPublic(Path file) {
    byte[] content = read(file);
    try {
      return PublicKey.fromPem(content);
    } catch (AssayException e) {
      throw named(file, e);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /**
   * Writes a key as {@code NAME.key}, encrypted and for its owner only, and {@code NAME.pub}.
   * Neither may exist. If the second cannot be written, the first is removed again.
   *
   * @param name folder and name without an ending; the folder exists
   * @param password the caller wipes it
   * @throws AssayException with {@link Code#FILE_EXISTS} or {@link Code#FILE_UNWRITABLE}
   */
  public static Pair write(Path name, PrivateKey key, byte[] password) {
    Pair pair = Pair.of(name);
    for (Path file : new Path[] {pair.privateKey(), pair.publicKey()}) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw exists(file, null);
      }
    }
    byte[] sealed = EncryptedKeyFile.seal(key, password);
    create(pair.privateKey(), sealed, OWNER_ONLY);
    try {
      create(pair.publicKey(), Text.utf8(key.publicKey().pem()), ALL_READ);
    } catch (AssayException e) {
      try {
        Files.deleteIfExists(pair.privateKey());
      } catch (IOException inner) {
        e.addSuppressed(inner);
      }
      throw e;
    }
    return pair;
  }

  /**
   * Creates a file with this content, for its owner only, as a whole or not at all: it appears
   * under its name when it is on disk. An existing file is left alone.
   *
   * @throws AssayException with {@link Code#FILE_EXISTS} or {@link Code#FILE_UNWRITABLE}
   */
  public static void createSecret(Path file, byte[] content) {
    create(file, content, OWNER_ONLY);
  }

  /**
   * Creates a file with a public key, as {@link #createSecret} creates one, but readable by all.
   *
   * @throws AssayException with {@link Code#FILE_EXISTS} or {@link Code#FILE_UNWRITABLE}
   */
  public static void createPublic(Path file, PublicKey key) {
    create(file, Text.utf8(key.pem()), ALL_READ);
  }

  private static void create(Path file, byte[] content, String mode) {
    Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
    try {
      Path written = Files.createTempFile(folder, ".assay-", ".tmp", attributes(folder, mode));
      try {
        try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
          ByteBuffer rest = ByteBuffer.wrap(content);
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
          channel.force(true);
        }
        publish(written, file);
      } finally {
        Files.deleteIfExists(written);
      }
      sync(folder);
    } catch (FileAlreadyExistsException e) {
      throw exists(file, e);
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNWRITABLE, "cannot write " + Text.printable(file.toString()) + reason(e), e);
    }
  }

  // A link fails if the name is taken; a rename would replace what is there. Where the file system
  // has no links, a move that refuses to replace has to do.
  private static void publish(Path written, Path file) throws IOException {
    try {
      Files.createLink(file, written);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.move(written, file);
    }
  }

  private static FileAttribute<?>[] attributes(Path folder, String mode) throws IOException {
    Set<String> views = folder.getFileSystem().supportedFileAttributeViews();
    return views.contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }

  private static void sync(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Some systems cannot open a folder; the file itself is on disk.
    }
  }

  private static byte[] read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(Limits.KEY_BYTES + 1);
      if (content.length > Limits.KEY_BYTES) {
        throw new AssayException(
            Code.TOO_LARGE,
            Text.printable(file.toString())
                + " is too large for a key; at most "
                + Limits.KEY_BYTES
                + " bytes are read");
      }
      return content;
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE, "cannot read " + Text.printable(file.toString()) + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return ": no such file or folder";
    }
    if (e instanceof java.nio.file.AccessDeniedException) {
      return ": permission denied";
    }
    return "";
  }

  private static AssayException exists(
      Path file, @org.jspecify.annotations.Nullable IOException cause) {
    return new AssayException(
        Code.FILE_EXISTS,
        Text.printable(file.toString()) + " exists; keys are not written over",
        Optional.of("choose another name, or move the old key away"),
        cause);
  }

  private static AssayException named(Path file, AssayException e) {
    return new AssayException(
        e.code(), Text.printable(file.toString()) + ": " + e.getMessage(), e.hint(), e);
  }
}
