package dev.assay.trust.hardware;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.util.Optional;

/**
 * Why hardware does not prove what it is asked to.
 *
 * @param message one sentence
 * @param expected what would have been accepted
 * @param found what there is instead
 */
public record HardwareRefusal(
    Code code, String message, Optional<String> expected, Optional<String> found) {

  static HardwareRefusal of(Code code, String message) {
    return new HardwareRefusal(code, message, Optional.empty(), Optional.empty());
  }

  static HardwareRefusal of(Code code, String message, String expected, String found) {
    return new HardwareRefusal(code, message, Optional.of(expected), Optional.of(found));
  }

  static HardwareRefusal of(AssayException e) {
    return of(e.code(), String.valueOf(e.getMessage()));
  }
}
