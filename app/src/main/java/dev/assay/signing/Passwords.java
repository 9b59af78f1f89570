package dev.assay.signing;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where the password of a key file comes from: the value of {@code COSIGN_PASSWORD} if it is set
 * (to nothing, too: the empty password), else a person who is asked.
 *
 * @param variable the environment variable's value
 * @param prompt asks a person
 */
public record Passwords(Optional<String> variable, Prompt prompt) {

  /** The environment variable that cosign reads, and we do. */
  public static final String VARIABLE = "COSIGN_PASSWORD";

  private static final String HINT = "set " + VARIABLE + ", or run this on a terminal to be asked";

  /** Asks a person without showing what is typed. */
  @FunctionalInterface
  public interface Prompt {
    /** What was typed, or nothing if there is nobody to ask. The caller wipes it. */
    Optional<char[]> ask(String question);
  }

  /** Passwords from the environment only. */
  public static Passwords fromVariable(Optional<String> variable) {
    return new Passwords(variable, question -> Optional.empty());
  }

  /**
   * The password of a file that exists, in UTF-8. The caller wipes it.
   *
   * @throws AssayException with {@link Code#KEY_PASSWORD} if there is none
   */
  public byte[] existing(String file) {
    return variable
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .orElseGet(() -> ask("Password for " + file + ": "));
  }

  /**
   * The password for a new file, asked for twice. The caller wipes it.
   *
   * @throws AssayException with {@link Code#KEY_PASSWORD} if there is none, or the two differ
   */
  public byte[] fresh(String file) {
    if (variable.isPresent()) {
      return variable.get().getBytes(StandardCharsets.UTF_8);
    }
    byte[] first = ask("New password for " + file + ": ");
    byte[] second = ask("The same again: ");
    boolean same = Arrays.equals(first, second);
    Arrays.fill(second, (byte) 0);
    if (!same) {
      Arrays.fill(first, (byte) 0);
      throw new AssayException(Code.KEY_PASSWORD, "the two passwords differ");
    }
    return first;
  }

  private byte[] ask(String question) {
    char[] typed =
        prompt
            .ask(question)
            .orElseThrow(
                () -> new AssayException(Code.KEY_PASSWORD, "no password was given", HINT));
    ByteBuffer encoded = ByteBuffer.allocate(3 * typed.length); // a char is at most 3 bytes
    StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(typed), encoded, true);
    byte[] out = Arrays.copyOf(encoded.array(), encoded.position());
    Arrays.fill(encoded.array(), (byte) 0);
    Arrays.fill(typed, '\0');
    return out;
  }

  /** Says whether there is a value, not which. */
  @Override
  public String toString() {
    return variable.isPresent() ? "password from " + VARIABLE : "password asked for";
  }
}
