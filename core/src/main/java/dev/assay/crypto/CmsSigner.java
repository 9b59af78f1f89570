package dev.assay.crypto;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one who signed, with the attributes that are signed instead of the content (RFC 5652 section
 * 5.3). The attributes were compared with the content when this was read; whether the signature
 * over them is good depends on the certificate.
 */
final class CmsSigner {

  private static final String CONTENT_TYPE = "1.2.840.113549.1.9.3";
  private static final String MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
  private static final String ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52";
  private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
  private static final int MAX_ATTRIBUTES = 32;

  // Either issuer and serial number, or the key identifier.
  private final byte @Nullable [] issuer;
  private final @Nullable BigInteger serial;
  private final byte @Nullable [] keyId;
  private final SignatureScheme scheme;
  private final byte[] signed;
  private final byte[] signature;
  private final CmsSigningCertificate certificate;
  private final String description;

  private CmsSigner(DerReader in, String type, byte[] content) {
    int version = in.small();
    if (in.peek() == DerReader.CONTEXT) {
      this.issuer = null;
      this.serial = null;
      this.keyId = in.content(DerReader.CONTEXT);
      this.description = "key identifier " + Hex.encode(keyId);
    } else {
      DerReader name = in.enter(DerReader.SEQUENCE);
      this.issuer = name.element(DerReader.SEQUENCE);
      this.serial = name.integer();
      this.keyId = null;
      name.done();
      this.description =
          "serial number " + serial.toString(16) + " of " + DistinguishedNames.text(issuer);
    }
    if (version != (keyId == null ? 1 : 3)) {
      throw CmsSignedData.bad("a signer whose version does not fit how it is named");
    }
    byte[] digestIdentifier = in.element(DerReader.SEQUENCE);
    Digest.Algorithm hash = CmsAlgorithms.hash(digestIdentifier);
    if (in.peek() != DerReader.CONTEXT_CONSTRUCTED) {
      throw CmsSignedData.bad("a signer without signed attributes");
    }
    byte[] attributes = in.element(DerReader.CONTEXT_CONSTRUCTED);
    byte[] signatureIdentifier = in.element(DerReader.SEQUENCE);
    this.scheme = CmsAlgorithms.signature(signatureIdentifier, hash);
    this.signature = in.content(DerReader.OCTET_STRING);
    if (in.peek() == DerReader.CONTEXT_CONSTRUCTED + 1) {
      in.element();
    }
    in.done();
    // RFC 5652 section 5.4: what is signed is the DER of the SET, not of the [0] that is sent.
    attributes[0] = DerReader.SET;
    this.signed = attributes;

    Map<String, byte[]> values = attributes(new DerReader(attributes).enter(DerReader.SET));
    DerReader contentType = values(values, CONTENT_TYPE, "content type");
    if (!Oids.dotted(contentType.content(DerReader.OID)).equals(type)) {
      throw CmsSignedData.bad("the signed content type is another one than the content's");
    }
    contentType.done();
    DerReader messageDigest = values(values, MESSAGE_DIGEST, "message digest");
    byte[] stated = messageDigest.content(DerReader.OCTET_STRING);
    messageDigest.done();
    if (!MessageDigest.isEqual(stated, Hashes.hash(hash, content))) {
      throw CmsSignedData.bad("the signed digest is not the content's");
    }
    if (values.containsKey(ALGORITHM_PROTECTION)) {
      protects(
          values(values, ALGORITHM_PROTECTION, "algorithms"),
          digestIdentifier,
          signatureIdentifier);
    }
    this.certificate = CmsSigningCertificate.read(values);
  }

  /**
   * @param in inside a SignerInfo
   * @param type of the content, an OID in dotted form
   */
  static CmsSigner read(DerReader in, String type, byte[] content) {
    return new CmsSigner(in, type, content);
  }

  // Each attribute's SET of values by its type. DER sorts a SET OF (X.690 section 11.6).
  private static Map<String, byte[]> attributes(DerReader in) {
    Map<String, byte[]> out = new HashMap<>();
    byte[] before = new byte[0];
    while (in.hasMore()) {
      byte[] element = in.element(DerReader.SEQUENCE);
      if (Arrays.compareUnsigned(before, element) >= 0) {
        throw CmsSignedData.bad("signed attributes that are not in DER's order");
      }
      before = element;
      DerReader attribute = new DerReader(element).enter(DerReader.SEQUENCE);
      String type = Oids.dotted(attribute.content(DerReader.OID));
      byte[] values = attribute.element(DerReader.SET);
      attribute.done();
      if (out.put(type, values) != null) {
        throw CmsSignedData.bad("the signed attribute " + type + " is there twice");
      }
      if (out.size() > MAX_ATTRIBUTES) {
        throw CmsSignedData.bad("more than " + MAX_ATTRIBUTES + " signed attributes");
      }
    }
    return out;
  }

  /** Inside the values of an attribute that has to be there. */
  private static DerReader values(Map<String, byte[]> values, String type, String name) {
    byte[] set = values.get(type);
    if (set == null) {
      throw CmsSignedData.bad("no signed attribute: " + name);
    }
    return new DerReader(set).enter(DerReader.SET);
  }

  // RFC 6211: the algorithms that stand outside what is signed are repeated inside it.
  private static void protects(DerReader values, byte[] digest, byte[] signature) {
    DerReader in = values.enter(DerReader.SEQUENCE);
    values.done();
    byte[] innerDigest = in.element(DerReader.SEQUENCE);
    byte[] innerSignature = in.element(DerReader.CONTEXT_CONSTRUCTED + 1);
    in.done();
    innerSignature[0] = DerReader.SEQUENCE;
    if (!Arrays.equals(innerDigest, digest) || !Arrays.equals(innerSignature, signature)) {
      throw CmsSignedData.bad("the signed algorithms are other ones than those named");
    }
  }

  /** Whether the signature names this certificate: by itself no reason to believe it. */
  boolean names(Certificate candidate) {
    if (keyId != null) {
      Optional<byte[]> extension = candidate.extension(SUBJECT_KEY_IDENTIFIER);
      return extension.isPresent()
          && Arrays.equals(extension.get(), DerWriter.octets(keyId))
          && certificate.is(candidate);
    }
    return candidate.serial().equals(serial)
        && Arrays.equals(candidate.issuer(), issuer)
        && certificate.is(candidate);
  }

  /** Whether this certificate is the one named and its key made the signature. */
  boolean signedBy(Certificate candidate) {
    return names(candidate) && candidate.key().verify(scheme, signed, signature);
  }

  /** How the signer is named, for a person. */
  String description() {
    return description;
  }
}
