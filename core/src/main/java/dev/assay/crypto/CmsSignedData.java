package dev.assay.crypto;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * CMS SignedData with its content and exactly one signer (RFC 5652 section 5), as timestamp tokens
 * are (RFC 3161 section 2.4.2). Read in DER throughout.
 */
final class CmsSignedData {

  private static final String SIGNED_DATA = "1.2.840.113549.1.7.2";
  private static final int MAX_DIGEST_ALGORITHMS = 16;

  private final String contentType;
  private final byte[] content;
  private final List<Certificate> certificates;
  private final CmsSigner signer;

  private CmsSignedData(
      String contentType, byte[] content, List<Certificate> certificates, CmsSigner signer) {
    this.contentType = contentType;
    this.content = content;
    this.certificates = certificates;
    this.signer = signer;
  }

  /**
   * Reads a ContentInfo, the next element.
   *
   * @throws AssayException with any code if this is not what is accepted
   */
  static CmsSignedData read(DerReader in) {
    DerReader info = in.enter(DerReader.SEQUENCE);
    if (!Oids.dotted(info.content(DerReader.OID)).equals(SIGNED_DATA)) {
      throw bad("CMS content that is not SignedData");
    }
    DerReader tagged = info.enter(DerReader.CONTEXT_CONSTRUCTED);
    info.done();
    DerReader data = tagged.enter(DerReader.SEQUENCE);
    tagged.done();
    // RFC 5652 section 5.1: 3 for content that is not plain data, without attribute certificates.
    if (data.small() != 3) {
      throw bad("SignedData of a version other than 3");
    }
    DerReader digests = data.enter(DerReader.SET);
    for (int i = 0; digests.hasMore(); i++) {
      if (i == MAX_DIGEST_ALGORITHMS) {
        throw bad("more than " + MAX_DIGEST_ALGORITHMS + " digest algorithms");
      }
      digests.element(DerReader.SEQUENCE);
    }
    DerReader encapsulated = data.enter(DerReader.SEQUENCE);
    String type = Oids.dotted(encapsulated.content(DerReader.OID));
    DerReader octets = encapsulated.enter(DerReader.CONTEXT_CONSTRUCTED);
    encapsulated.done();
    byte[] content = octets.content(DerReader.OCTET_STRING);
    octets.done();
    List<Certificate> certificates =
        data.peek() == DerReader.CONTEXT_CONSTRUCTED
            ? certificates(data.enter(DerReader.CONTEXT_CONSTRUCTED))
            : List.of();
    if (data.peek() == DerReader.CONTEXT_CONSTRUCTED + 1) {
      data.element();
    }
    DerReader signers = data.enter(DerReader.SET);
    data.done();
    if (!signers.hasMore()) {
      throw bad("nobody signed it");
    }
    CmsSigner signer = CmsSigner.read(signers.enter(DerReader.SEQUENCE), type, content);
    if (signers.hasMore()) {
      throw bad("more than one signer");
    }
    return new CmsSignedData(type, content, certificates, signer);
  }

  // They are hints that nobody signed. One that cannot be used (authorities send along roots of
  // another age) is as good as absent.
  private static List<Certificate> certificates(DerReader in) {
    List<Certificate> out = new ArrayList<>();
    for (int i = 0; in.hasMore(); i++) {
      if (i == Limits.TIMESTAMP_CERTIFICATES) {
        throw bad("more than " + Limits.TIMESTAMP_CERTIFICATES + " certificates");
      }
      byte[] certificate = in.element();
      try {
        out.add(Certificate.parse(certificate));
      } catch (AssayException e) {
        if (e.code() != Code.BAD_CERTIFICATE
            && e.code() != Code.KEY_UNSUPPORTED
            && e.code() != Code.KEY_UNREADABLE) {
          throw e;
        }
      }
    }
    return List.copyOf(out);
  }

  /** What kind of content was signed, an OID in dotted form. */
  String contentType() {
    return contentType;
  }

  byte[] content() {
    return content;
  }

  /** The certificates that came along; nothing vouches for them. */
  List<Certificate> certificates() {
    return certificates;
  }

  CmsSigner signer() {
    return signer;
  }

  static AssayException bad(String message) {
    return new AssayException(Code.BAD_TIMESTAMP, message);
  }
}
