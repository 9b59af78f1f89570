package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An X.509 certificate, version 3 (RFC 5280 section 4.1), read strictly. Reading says nothing about
 * trust: {@link CertificatePath} does.
 */
public final class Certificate {

  /** An extension, by its OID in dotted form. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Extension(String oid, boolean critical, byte[] value) {}

  static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
  static final String BASIC_CONSTRAINTS = "2.5.29.19";
  static final String KEY_USAGE = "2.5.29.15";
  static final String EXTENDED_KEY_USAGE = "2.5.29.37";
  static final String NAME_CONSTRAINTS = "2.5.29.30";

  private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
  private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";

  /** Embedded signed certificate timestamps (RFC 6962 section 3.3). */
  static final String SCT_LIST = "1.3.6.1.4.1.11129.2.4.2";

  private static final int MAX_EXTENSIONS = 64;
  private static final String FULCIO_USER_NAME = "2b0601040183bf300107";

  private final byte[] der;
  private final byte[] tbs;
  private final SignatureScheme scheme;
  private final byte[] signature;
  private final BigInteger serial;
  private final byte[] issuer;
  private final byte[] subject;
  private final String issuerName;
  private final String subjectName;
  private final Instant notBefore;
  private final Instant notAfter;
  private final PublicKey key;
  private final Map<String, Extension> extensions;
  private final Digest id;
  private final boolean ca;
  private final OptionalInt pathLength;
  private final int keyUsage;
  private final List<String> extendedKeyUsage;
  private final List<GeneralName> alternativeNames;

  private Certificate(byte[] der) {
    this.der = der;
    this.id = Hashes.sha256Digest(der);
    DerReader outer = new DerReader(der);
    DerReader certificate = outer.enter(DerReader.SEQUENCE);
    outer.done();
    this.tbs = certificate.element(DerReader.SEQUENCE);
    byte[] outerScheme = certificate.element(DerReader.SEQUENCE);
    this.signature = certificate.bits();
    certificate.done();

    DerReader in = new DerReader(tbs).enter(DerReader.SEQUENCE);
    DerReader version = in.enter(DerReader.CONTEXT_CONSTRUCTED);
    if (version.small() != 2) {
      throw new AssayException(Code.BAD_CERTIFICATE, "an X.509 certificate that is not version 3");
    }
    version.done();
    this.serial = in.integer();
    if (serial.bitLength() > 8 * 21) {
      throw new AssayException(Code.BAD_CERTIFICATE, "a serial number that is too long");
    }
    byte[] innerScheme = in.element(DerReader.SEQUENCE);
    // RFC 5280 section 4.1.1.2: both name the same algorithm, else one of them is not signed.
    if (!Arrays.equals(innerScheme, outerScheme)) {
      throw new AssayException(
          Code.BAD_CERTIFICATE, "the certificate names two signature algorithms");
    }
    this.scheme = AlgorithmIdentifiers.signature(outerScheme);
    this.issuer = in.element(DerReader.SEQUENCE);
    DerReader validity = in.enter(DerReader.SEQUENCE);
    this.notBefore = DerTime.read(validity);
    this.notAfter = DerTime.read(validity);
    validity.done();
    if (notAfter.isBefore(notBefore)) {
      throw new AssayException(Code.BAD_CERTIFICATE, "a validity that ends before it begins");
    }
    this.subject = in.element(DerReader.SEQUENCE);
    this.key = PublicKey.fromSpki(in.element(DerReader.SEQUENCE));
    this.extensions = extensions(in.enter(DerReader.CONTEXT_CONSTRUCTED + 3));
    in.done();

    // All of it now: what cannot be read must not be found out after something was believed.
    this.issuerName = DistinguishedNames.text(issuer);
    this.subjectName = DistinguishedNames.text(subject);
    Extension basic = extensions.get(BASIC_CONSTRAINTS);
    if (basic == null) {
      this.ca = false;
      this.pathLength = OptionalInt.empty();
    } else {
      DerReader constraints = enter(basic.value(), DerReader.SEQUENCE);
      this.ca = constraints.peek() == DerReader.BOOLEAN && constraints.bool();
      this.pathLength =
          constraints.hasMore() ? OptionalInt.of(constraints.small()) : OptionalInt.empty();
      constraints.done();
      if (!ca && pathLength.isPresent()) {
        throw new AssayException(
            Code.BAD_CERTIFICATE, "a path length in a certificate that is not a CA's");
      }
    }
    this.keyUsage = readKeyUsage();
    this.extendedKeyUsage = readExtendedKeyUsage();
    this.alternativeNames = readAlternativeNames();
  }

  /**
   * Reads a certificate.
   *
   * @throws AssayException with {@link Code#BAD_CERTIFICATE}, or {@link Code#KEY_UNSUPPORTED} for a
   *     key or an algorithm that is not accepted
   */
  public static Certificate parse(byte[] der) {
    if (der.length > Limits.CERTIFICATE_BYTES) {
      throw new AssayException(Code.BAD_CERTIFICATE, "a certificate of " + der.length + " bytes");
    }
    try {
      return new Certificate(der.clone());
    } catch (AssayException e) {
      if (e.code() == Code.BAD_CERTIFICATE || e.code() == Code.KEY_UNSUPPORTED) {
        throw e;
      }
      throw new AssayException(
          Code.BAD_CERTIFICATE, "not an X.509 certificate: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the certificates of a PEM file, in their order; at least one.
   *
   * @throws AssayException as {@link #parse}
   */
  public static List<Certificate> fromPem(byte[] pem) {
    List<Certificate> out = new ArrayList<>();
    for (Pem block : Pem.parseAll(pem)) {
      if (!block.label().equals("CERTIFICATE")) {
        throw new AssayException(
            Code.BAD_CERTIFICATE, "PEM of the kind " + block.label() + "; CERTIFICATE is needed");
      }
      out.add(parse(block.content()));
    }
    return out;
  }

  private static Map<String, Extension> extensions(DerReader tagged) {
    DerReader list = tagged.enter(DerReader.SEQUENCE);
    tagged.done();
    Map<String, Extension> out = new LinkedHashMap<>();
    do {
      DerReader in = list.enter(DerReader.SEQUENCE);
      String oid = Oids.dotted(in.content(DerReader.OID));
      boolean critical = in.peek() == DerReader.BOOLEAN && in.bool();
      byte[] value = in.content(DerReader.OCTET_STRING);
      in.done();
      if (out.put(oid, new Extension(oid, critical, value)) != null) {
        throw new AssayException(Code.BAD_CERTIFICATE, "the extension " + oid + " is there twice");
      }
      if (out.size() > MAX_EXTENSIONS) {
        throw new AssayException(Code.BAD_CERTIFICATE, "more than 64 extensions");
      }
    } while (list.hasMore());
    return out;
  }

  /** The certificate as it was read. */
  public byte[] der() {
    return der.clone();
  }

  /** SHA-256 of the DER. */
  public Digest id() {
    return id;
  }

  /** The part that is signed, DER. */
  byte[] tbs() {
    return tbs;
  }

  /** How it was signed. */
  public SignatureScheme signatureScheme() {
    return scheme;
  }

  public BigInteger serial() {
    return serial;
  }

  /** The issuer's name, DER. */
  byte[] issuer() {
    return issuer;
  }

  /** The subject's name, DER. */
  byte[] subject() {
    return subject;
  }

  /** The subject's name for a person and for policies (RFC 4514). */
  public String subjectName() {
    return subjectName;
  }

  /** The issuer's name for a person (RFC 4514). */
  public String issuerName() {
    return issuerName;
  }

  /** The first instant of its validity. */
  public Instant notBefore() {
    return notBefore;
  }

  /** The last instant of its validity (inclusive). */
  public Instant notAfter() {
    return notAfter;
  }

  /** Whether it is valid at this instant, by its own dates alone. */
  public boolean validAt(Instant time) {
    return !time.isBefore(notBefore) && !time.isAfter(notAfter);
  }

  public PublicKey key() {
    return key;
  }

  /** Whether its issuer's name is the other's subject, byte for byte. */
  boolean issuedUnder(Certificate other) {
    return Arrays.equals(issuer, other.subject);
  }

  /**
   * Whether its authority key identifier is the other's subject key identifier (RFC 5280 sections
   * 4.2.1.1 and 4.2.1.2). Says only what to try first.
   */
  boolean hintsAt(Certificate other) {
    Extension authority = extensions.get(AUTHORITY_KEY_IDENTIFIER);
    Extension own = other.extensions.get(SUBJECT_KEY_IDENTIFIER);
    if (authority == null || own == null) {
      return false;
    }
    try {
      DerReader in = enter(authority.value(), DerReader.SEQUENCE);
      return in.peek() == DerReader.CONTEXT
          && Arrays.equals(
              in.content(DerReader.CONTEXT),
              new DerReader(own.value()).content(DerReader.OCTET_STRING));
    } catch (AssayException e) {
      return false;
    }
  }

  /** Whether this key signed it. */
  public boolean signedBy(PublicKey issuerKey) {
    return issuerKey.verify(scheme, tbs, signature);
  }

  /** Whether the other is its issuer by name, and signed it. Says nothing of trust in either. */
  public boolean issuedBy(Certificate other) {
    return issuedUnder(other) && signedBy(other.key);
  }

  /** Whether subject and issuer are the same and it is signed by its own key. */
  public boolean selfSigned() {
    return Arrays.equals(subject, issuer) && signedBy(key);
  }

  Map<String, Extension> extensions() {
    return extensions;
  }

  /** The content of an extension (what the OCTET STRING holds), by its OID in dotted form. */
  public Optional<byte[]> extension(String oid) {
    Extension extension = extensions.get(oid);
    return extension == null ? Optional.empty() : Optional.of(extension.value().clone());
  }

  /** Whether it says it is a CA (RFC 5280 section 4.2.1.9). */
  public boolean isCa() {
    return ca;
  }

  /** How many intermediates may follow it; absent: any number. */
  public OptionalInt pathLength() {
    return pathLength;
  }

  /** The bits of the key usage (RFC 5280 section 4.2.1.3), the first as 0x8000; -1 if absent. */
  int keyUsage() {
    return keyUsage;
  }

  /** What the key may be used for, as OIDs in dotted form; empty when the extension is absent. */
  public List<String> extendedKeyUsage() {
    return extendedKeyUsage;
  }

  /** The subject's alternative names of the kinds that identify somebody; others are left out. */
  public List<GeneralName> alternativeNames() {
    return alternativeNames;
  }

  private int readKeyUsage() {
    Extension extension = extensions.get(KEY_USAGE);
    if (extension == null) {
      return -1;
    }
    DerReader in = new DerReader(extension.value());
    byte[] bits = in.content(DerReader.BIT_STRING);
    in.done();
    if (bits.length < 2 || bits.length > 3 || bits[0] < 0 || bits[0] > 7) {
      throw new AssayException(Code.BAD_CERTIFICATE, "a key usage that cannot be read");
    }
    return (bits[1] & 0xff) << 8 | (bits.length == 3 ? bits[2] & 0xff : 0);
  }

  private List<String> readExtendedKeyUsage() {
    Extension extension = extensions.get(EXTENDED_KEY_USAGE);
    if (extension == null) {
      return List.of();
    }
    DerReader in = enter(extension.value(), DerReader.SEQUENCE);
    List<String> out = new ArrayList<>();
    while (in.hasMore()) {
      out.add(Oids.dotted(in.content(DerReader.OID)));
    }
    if (out.isEmpty()) {
      throw new AssayException(Code.BAD_CERTIFICATE, "an empty extended key usage");
    }
    return List.copyOf(out);
  }

  private List<GeneralName> readAlternativeNames() {
    Extension extension = extensions.get(SUBJECT_ALTERNATIVE_NAME);
    if (extension == null) {
      return List.of();
    }
    try {
      DerReader in = enter(extension.value(), DerReader.SEQUENCE);
      List<GeneralName> out = new ArrayList<>();
      do {
        int tag = in.peek();
        switch (tag) {
          case DerReader.CONTEXT + 1 -> out.add(name(GeneralName.Kind.EMAIL, in));
          case DerReader.CONTEXT + 2 -> out.add(name(GeneralName.Kind.DNS, in));
          case DerReader.CONTEXT + 6 -> out.add(name(GeneralName.Kind.URI, in));
          case DerReader.CONTEXT_CONSTRUCTED -> otherName(in).ifPresent(out::add);
          // x400Address, directoryName, ediPartyName, iPAddress, registeredID.
          case DerReader.CONTEXT_CONSTRUCTED + 3,
              DerReader.CONTEXT_CONSTRUCTED + 4,
              DerReader.CONTEXT_CONSTRUCTED + 5,
              DerReader.CONTEXT + 7,
              DerReader.CONTEXT + 8 ->
              in.skip(tag);
          default -> throw new AssayException(Code.BAD_ENCODING, "a name of an unknown kind");
        }
      } while (in.hasMore());
      return List.copyOf(out);
    } catch (AssayException e) {
      throw new AssayException(
          Code.BAD_CERTIFICATE, "a subject alternative name that cannot be read", e);
    }
  }

  private static GeneralName name(GeneralName.Kind kind, DerReader in) {
    byte[] content = in.content(in.peek());
    StringBuilder out = new StringBuilder(content.length);
    for (byte b : content) {
      // IA5String without control characters: a name nobody can misread.
      if (b < 0x20 || b == 0x7f) {
        throw new AssayException(Code.BAD_CERTIFICATE, "a name that is not printable ASCII");
      }
      out.append((char) b);
    }
    return new GeneralName(kind, out.toString());
  }

  private static Optional<GeneralName> otherName(DerReader list) {
    DerReader in = list.enter(DerReader.CONTEXT_CONSTRUCTED);
    boolean fulcio = Hex.encode(in.content(DerReader.OID)).equals(FULCIO_USER_NAME);
    DerReader value = in.enter(DerReader.CONTEXT_CONSTRUCTED);
    in.done();
    if (!fulcio) {
      return Optional.empty();
    }
    String text = Text.utf8(value.content(DerReader.UTF8_STRING));
    value.done();
    if (!Text.printable(text).equals(text)) {
      throw new AssayException(Code.BAD_CERTIFICATE, "a user name with invisible characters");
    }
    return Optional.of(new GeneralName(GeneralName.Kind.OTHER, text));
  }

  private static DerReader enter(byte[] value, int tag) {
    DerReader outer = new DerReader(value);
    DerReader in = outer.enter(tag);
    outer.done();
    return in;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Certificate that && Arrays.equals(der, that.der);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return subjectName() + " " + id.brief();
  }
}
