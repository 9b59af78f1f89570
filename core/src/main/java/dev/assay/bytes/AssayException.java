package dev.assay.bytes;

import java.util.Optional;

/**
 * Something could not be read, reached or done. Never "not trusted": that is a verdict, not an
 * exception.
 *
 * <p>The message says what, in lower case and without a full stop; the hint, if any, is the next
 * step.
 */
public final class AssayException extends RuntimeException {

  private final Code code;
  private final Optional<String> hint;

  public AssayException(Code code, String message) {
    this(code, message, Optional.empty(), null);
  }

  public AssayException(
      Code code, String message, @org.jspecify.annotations.Nullable Throwable cause) {
    this(code, message, Optional.empty(), cause);
  }

  public AssayException(Code code, String message, String hint) {
    this(code, message, Optional.of(hint), null);
  }

  public AssayException(
      Code code,
      String message,
      Optional<String> hint,
      @org.jspecify.annotations.Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.hint = hint;
  }

  public Code code() {
    return code;
  }

  public Optional<String> hint() {
    return hint;
  }
}
