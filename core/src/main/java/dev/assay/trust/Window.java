package dev.assay.trust;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.time.Instant;
import java.util.Optional;

/**
 * A span of time, both ends included (sigstore_common.proto, TimeRange).
 *
 * @param start the first instant; absent: no limit
 * @param end the last instant; absent: no limit
 */
public record Window(Optional<Instant> start, Optional<Instant> end) {

  /** Without a limit. */
  public static final Window ALWAYS = new Window(Optional.empty(), Optional.empty());

  /**
   * @throws AssayException with {@link Code#BAD_TRUST_ROOT} if it ends before it begins
   */
  public Window {
    if (start.isPresent() && end.isPresent() && end.get().isBefore(start.get())) {
      throw new AssayException(
          Code.BAD_TRUST_ROOT, "a validity that ends before it begins: " + start + " " + end);
    }
  }

  public boolean contains(Instant time) {
    return !(start.isPresent() && time.isBefore(start.get()))
        && !(end.isPresent() && time.isAfter(end.get()));
  }

  /**
   * {@code 2021-01-12T11:53:27Z to 2022-12-31T23:59:59.999Z}, {@code from ...}, {@code until ...}.
   */
  @Override
  public String toString() {
    if (start.isPresent()) {
      return end.isPresent() ? start.get() + " to " + end.get() : "from " + start.get();
    }
    return end.isPresent() ? "until " + end.get() : "always";
  }
}
