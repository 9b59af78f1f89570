package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * Reads the few DER structures keys and signatures consist of (X.690 section 10): definite lengths
 * in their shortest form, integers in their shortest form, nothing left over. What is accepted has
 * one encoding.
 */
final class DerReader {

  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int NULL = 0x05;
  static final int OID = 0x06;
  static final int BOOLEAN = 0x01;
  static final int ENUMERATED = 0x0a;
  static final int UTF8_STRING = 0x0c;
  static final int UTC_TIME = 0x17;
  static final int GENERALIZED_TIME = 0x18;
  static final int SEQUENCE = 0x30;
  static final int SET = 0x31;

  /**
   * Context-specific tags: a primitive one's number is added to the first, a constructed one's to
   * the second.
   */
  static final int CONTEXT = 0x80;

  static final int CONTEXT_CONSTRUCTED = 0xa0;

  private final byte[] in;
  private int at;
  private final int end;

  DerReader(byte[] in) {
    this(in, 0, in.length);
  }

  /** Reads from this position on. */
  DerReader(byte[] in, int from) {
    this(in, from, in.length);
  }

  private DerReader(byte[] in, int from, int end) {
    this.in = in;
    this.at = from;
    this.end = end;
  }

  boolean hasMore() {
    return at < end;
  }

  /** The tag of the next element, or -1 at the end. */
  int peek() {
    return at < end ? in[at] & 0xff : -1;
  }

  /** Where the next element begins in the array that is read. */
  int position() {
    return at;
  }

  /** Goes past the next element, which must have this tag. */
  void skip(int tag) {
    int length = header(tag);
    at += length;
  }

  /** Enters the next element, which must have this tag. */
  DerReader enter(int tag) {
    int length = header(tag);
    DerReader inside = new DerReader(in, at, at + length);
    at += length;
    return inside;
  }

  /** The content of the next element, which must have this tag. */
  byte[] content(int tag) {
    int length = header(tag);
    byte[] content = Arrays.copyOfRange(in, at, at + length);
    at += length;
    return content;
  }

  /** The next element with its tag and length, whatever it is. */
  byte[] element() {
    int from = at;
    if (end - at < 2 || (in[at] & 0x1f) == 0x1f) {
      throw bad();
    }
    int length = header(in[at] & 0xff);
    at += length;
    return Arrays.copyOfRange(in, from, at);
  }

  /** The next element, which must have this tag, with its tag and length. */
  byte[] element(int tag) {
    if (peek() != tag) {
      throw bad();
    }
    return element();
  }

  /** The next element, true or false (DER: 0xFF or 0x00). */
  boolean bool() {
    byte[] content = content(BOOLEAN);
    if (content.length != 1 || content[0] != 0 && content[0] != -1) {
      throw bad();
    }
    return content[0] != 0;
  }

  /** The next element, an integer of either sign. */
  BigInteger integer() {
    byte[] content = content(INTEGER);
    if (content.length == 0
        || content.length > 1
            && (content[0] == 0 && content[1] >= 0 || content[0] == -1 && content[1] < 0)) {
      throw bad();
    }
    return new BigInteger(content);
  }

  /** The next element, a non-negative integer. */
  BigInteger unsigned() {
    byte[] content = content(INTEGER);
    if (content.length == 0
        || content[0] < 0
        || content.length > 1 && content[0] == 0 && content[1] >= 0) {
      throw bad();
    }
    return new BigInteger(content);
  }

  /** The next element, an integer from 0 to 127. */
  int small() {
    BigInteger value = unsigned();
    if (value.bitLength() > 7) {
      throw bad();
    }
    return value.intValue();
  }

  /** The next element, a bit string of whole bytes. */
  byte[] bits() {
    byte[] content = content(BIT_STRING);
    if (content.length == 0 || content[0] != 0) {
      throw bad();
    }
    return Arrays.copyOfRange(content, 1, content.length);
  }

  void none() {
    if (content(NULL).length != 0) {
      throw bad();
    }
  }

  /** Checks that nothing follows. */
  void done() {
    if (at != end) {
      throw bad();
    }
  }

  private int header(int tag) {
    if (end - at < 2 || (in[at] & 0xff) != tag) {
      throw bad();
    }
    at++;
    int length = in[at++] & 0xff;
    if (length >= 0x80) {
      int octets = length & 0x7f;
      if (octets == 0 || octets > 4 || octets > end - at || in[at] == 0) {
        throw bad();
      }
      length = 0;
      for (int i = 0; i < octets; i++) {
        length = length << 8 | in[at++] & 0xff;
      }
      // Below 0 where it is longer than any array.
      if (length < 0x80) {
        throw bad();
      }
    }
    if (length > end - at) {
      throw bad();
    }
    return length;
  }

  // Names no content: it may be a private key.
  private static AssayException bad() {
    return new AssayException(Code.BAD_ENCODING, "not the expected DER structure");
  }
}
