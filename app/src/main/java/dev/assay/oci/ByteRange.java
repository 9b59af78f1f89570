package dev.assay.oci;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One range of bytes of a Range header (RFC 9110 section 14).
 *
 * @param last included
 */
record ByteRange(long first, long last) {

  private static final Pattern ONE = Pattern.compile("bytes=\\s*([0-9]{0,18})-([0-9]{0,18})\\s*");

  /**
   * @return empty when the header is to be ignored: another unit, several ranges, not well-formed
   * @throws RegistryError 416 when the range is not within the content
   */
  static Optional<ByteRange> parse(String header, long size) {
    Matcher m = ONE.matcher(header);
    if (!m.matches() || m.group(1).isEmpty() && m.group(2).isEmpty()) {
      return Optional.empty();
    }
    long first;
    long last;
    if (m.group(1).isEmpty()) {
      long suffix = Long.parseLong(m.group(2));
      first = Math.max(0, size - suffix);
      last = suffix == 0 ? -1 : size - 1;
    } else {
      first = Long.parseLong(m.group(1));
      last = m.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(m.group(2)));
    }
    if (first > last) {
      throw new RegistryError(
          416,
          "SIZE_INVALID",
          "the range is not within the blob",
          Map.of("Content-Range", "bytes */" + size));
    }
    return Optional.of(new ByteRange(first, last));
  }

  long length() {
    return last - first + 1;
  }

  String contentRange(long size) {
    return "bytes " + first + "-" + last + "/" + size;
  }
}
