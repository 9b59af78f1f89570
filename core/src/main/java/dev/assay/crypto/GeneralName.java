package dev.assay.crypto;

/**
 * A name in a certificate (RFC 5280 section 4.2.1.6).
 *
 * @param kind what the name is
 * @param value as text; for {@link Kind#OTHER} the UTF-8 string of Fulcio's user names
 */
public record GeneralName(Kind kind, String value) {

  /** What a name is. */
  public enum Kind {
    EMAIL,
    DNS,
    URI,
    /** An OtherName of type 1.3.6.1.4.1.57264.1.7 with a UTF8String: Fulcio's user names. */
    OTHER
  }
}
