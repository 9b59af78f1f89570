package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.ledger.LedgerKeyBackup;
import dev.assay.log.NoteKey;
import dev.assay.signing.Passwords;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code ledger key backup}, {@code ledger key restore}. */
final class LedgerKeyCommands {

  static final String PASSWORD = "ASSAY_LEDGER_PASSWORD";

  static final CommandSpec BACKUP =
      new CommandSpec(
          "ledger key backup",
          "write the ledger's private keys to one encrypted file",
          "DIR [OUT]",
          1,
          2,
          """
          The password is ASSAY_LEDGER_PASSWORD, else COSIGN_PASSWORD, else it is asked for; it may not be empty. OUT is
          ledger-keys.json by default and never replaced. Keep it elsewhere than the ledger. Each key in it is in
          cosign's encrypted format.
          """,
          List.of(),
          List.of("assay ledger key backup /srv/ledger /mnt/safe/ledger-keys.json"));

  static final CommandSpec RESTORE =
      new CommandSpec(
          "ledger key restore",
          "put the ledger's private keys back from a backup",
          "DIR FILE",
          2,
          2,
          """
          Only keys that are missing are written, where the ledger expects them. A backup from before the last rotation
          does not help: its keys no longer sign.
          """,
          List.of(),
          List.of("assay ledger key restore /srv/ledger /mnt/safe/ledger-keys.json"));

  private LedgerKeyCommands() {}

  static int backup(Arguments arguments, Context context) {
    Path folder = context.path(arguments.operand(0));
    String name = arguments.operands().size() > 1 ? arguments.operand(1) : "ledger-keys.json";
    Path out = context.path(name);
    if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(name, null);
    }
    byte[] password = passwords(context).fresh(name);
    byte[] backup;
    try {
      backup = LedgerKeyBackup.seal(folder, password);
    } finally {
      Arrays.fill(password, (byte) 0);
    }
    write(out, name, backup);
    context.out().println("backup  " + out);
    context
        .err()
        .println("next: move it away from the ledger's disk, and try the restore on a copy");
    return 0;
  }

  private static void write(Path out, String name, byte[] backup) {
    try {
      if (out.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            out,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(out);
      }
      Files.write(out, backup);
    } catch (FileAlreadyExistsException e) {
      throw exists(name, e);
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNWRITABLE, "couldn't write " + name + ": " + e.getMessage(), e);
    }
  }

  private static AssayException exists(
      String name, @org.jspecify.annotations.Nullable Throwable cause) {
    return new AssayException(Code.FILE_EXISTS, name + " exists already", cause);
  }

  static int restore(Arguments arguments, Context context) {
    Path folder = context.path(arguments.operand(0));
    byte[] backup = Inputs.read(context, arguments.operand(1), Limits.DOCUMENT_BYTES);
    byte[] password = passwords(context).existing(arguments.operand(1));
    List<NoteKey> restored;
    try {
      restored = LedgerKeyBackup.restore(folder, backup, password);
    } finally {
      Arrays.fill(password, (byte) 0);
    }
    restored.forEach(k -> context.out().println("restored  " + k));
    if (restored.isEmpty()) {
      context.out().println("all keys were there");
    }
    return 0;
  }

  // The ledger's own variable wins; a person is asked where neither is set.
  private static Passwords passwords(Context context) {
    Optional<String> own =
        Optional.ofNullable(context.environment().get(PASSWORD))
            .or(() -> Optional.ofNullable(context.environment().get(Passwords.VARIABLE)));
    return new Passwords(own, Keys.passwords(context).prompt());
  }
}
