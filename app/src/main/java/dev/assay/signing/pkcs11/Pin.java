package dev.assay.signing.pkcs11;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.signing.KeySettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where a PIN comes from: the URI's pin-value or pin-source, the variable that cosign reads, or a
 * person. A person is asked again for each signature where the token wants a PIN each time.
 */
final class Pin {

  private static final int MAX_BYTES = 1_024;

  private final Pkcs11Uri uri;
  private final KeySettings settings;

  Pin(Pkcs11Uri uri, KeySettings settings) {
    this.uri = uri;
    this.settings = settings;
  }

  /**
   * The PIN; the caller wipes it.
   *
   * @throws AssayException with {@link Code#KEY_PASSWORD} if there is none
   */
  byte[] get(String token) {
    Optional<byte[]> given = uri.pin();
    if (given.isPresent()) {
      settings
          .notice()
          .accept("a PIN in pin-value can be seen by others on this machine while this runs");
      return given.get();
    }
    Optional<String> file = uri.pinFile();
    if (file.isPresent()) {
      return read(settings.folder().resolve(file.get()));
    }
    Optional<String> variable = settings.variable(HostProcess.PIN);
    if (variable.isPresent()) {
      return variable.get().getBytes(StandardCharsets.UTF_8);
    }
    char[] typed =
        settings
            .passwords()
            .prompt()
            .ask("PIN of the token " + Text.printable(token) + ": ")
            .orElseThrow(() ->
                new AssayException(
                    Code.KEY_PASSWORD,
                    "no PIN was given for the token " + Text.quote(token),
                    "set "
                        + HostProcess.PIN
                        + ", name a file by pin-source=file:/PATH, or run this on a terminal"));
    // Into an array of our own, which can be wiped.
    byte[] room = new byte[typed.length * 3];
    ByteBuffer encoded = ByteBuffer.wrap(room);
    StandardCharsets.UTF_8
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .encode(CharBuffer.wrap(typed), encoded, true);
    byte[] pin = Arrays.copyOf(room, encoded.position());
    Arrays.fill(room, (byte) 0);
    Arrays.fill(typed, '\0');
    return pin;
  }

  private static byte[] read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      int end = content.length;
      if (end > MAX_BYTES) {
        throw new AssayException(Code.TOO_LARGE, "the file of the PIN is too large");
      }
      while (end > 0 && (content[end - 1] == '\n' || content[end - 1] == '\r')) {
        end--;
      }
      byte[] pin = Arrays.copyOf(content, end);
      Arrays.fill(content, (byte) 0);
      return pin;
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE,
          "cannot read the file of the PIN: " + Text.printable(file.toString()),
          e);
    }
  }
}
