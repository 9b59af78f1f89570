package dev.assay.crypto;

/** What a leaf certificate is to be used for: an extended key usage (RFC 5280 section 4.2.1.12). */
public final class Purpose {

  public static final Purpose CODE_SIGNING = new Purpose("1.3.6.1.5.5.7.3.3");

  /** Must be critical and the only one in the leaf (RFC 3161 section 2.3). */
  public static final Purpose TIME_STAMPING = new Purpose("1.3.6.1.5.5.7.3.8");

  /**
   * A key that a device vouches for: its certificate says so by who issued it, and states no
   * extended key usage. An authority on the way may state none either, or any.
   */
  public static final Purpose ATTESTED_KEY = new Purpose("2.5.29.37.0");

  private final String oid;

  private Purpose(String oid) {
    this.oid = oid;
  }

  /**
   * Another purpose.
   *
   * @param oid in dotted form
   */
  public static Purpose of(String oid) {
    return oid.equals(CODE_SIGNING.oid)
        ? CODE_SIGNING
        : oid.equals(TIME_STAMPING.oid) ? TIME_STAMPING : new Purpose(oid);
  }

  /** The OID in dotted form. */
  public String oid() {
    return oid;
  }

  @Override
  public String toString() {
    return this == CODE_SIGNING
        ? "code signing"
        : this == TIME_STAMPING
            ? "time stamping"
            : this == ATTESTED_KEY ? "vouching for keys of a device" : "purpose " + oid;
  }
}
