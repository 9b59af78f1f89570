package dev.assay.lab;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.tsp.Accuracy;
import org.bouncycastle.asn1.tsp.MessageImprint;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;

/** How an authority makes a timestamp (RFC 3161 section 2.4.2). Without changes, as it should. */
public final class TimestampSpec {

  /** Hash of the imprint and of the signed attributes. */
  public enum Hash {
    SHA1,
    SHA256,
    SHA384,
    SHA512;

    private ASN1ObjectIdentifier oid() {
      return switch (this) {
        case SHA1 -> OIWObjectIdentifiers.idSHA1;
        case SHA256 -> NISTObjectIdentifiers.id_sha256;
        case SHA384 -> NISTObjectIdentifiers.id_sha384;
        case SHA512 -> NISTObjectIdentifiers.id_sha512;
      };
    }

    private byte[] of(byte[] content) {
      Digest digest =
          switch (this) {
            case SHA1 -> new SHA1Digest();
            case SHA256 -> new SHA256Digest();
            case SHA384 -> new SHA384Digest();
            case SHA512 -> new SHA512Digest();
          };
      return Der.digest(digest, content);
    }
  }

  private final TimestampAuthority authority;
  private final List<LabCertificate> embedded = new ArrayList<>();
  private final BigInteger serial;
  private Instant time;
  private Optional<byte[]> message = Optional.empty();
  private Hash hash = Hash.SHA256;
  private LabKey key;
  private LabCertificate signer;
  private LabCertificate named;
  private boolean embed = true;
  private int status;
  private int signers = 1;
  private Optional<byte[]> contentDigest = Optional.empty();
  private Optional<BigInteger> nonce = Optional.empty();
  private Optional<byte[]> imprint = Optional.empty();

  TimestampSpec(TimestampAuthority authority, Instant time, SeededRandom random) {
    this.authority = authority;
    this.time = time;
    serial = CertificateAuthority.serial(random);
    signer = authority.leaf();
    named = signer;
    key = signer.key();
  }

  /** What the one who asked chose to recognize the answer by. */
  public TimestampSpec nonce(BigInteger value) {
    nonce = Optional.of(value);
    return this;
  }

  /** The genTime. */
  public TimestampSpec time(Instant at) {
    time = at;
    return this;
  }

  /** Stamps other bytes than the bundle's signature. */
  public TimestampSpec over(byte[] bytes) {
    message = Optional.of(bytes);
    imprint = Optional.empty();
    return this;
  }

  /** Stamps what was hashed elsewhere. */
  TimestampSpec imprint(byte[] sha256) {
    imprint = Optional.of(sha256);
    return this;
  }

  /** Hashes the imprint otherwise. */
  public TimestampSpec hash(Hash value) {
    hash = value;
    return this;
  }

  /** Signs with another key; the certificate stays. */
  public TimestampSpec signedWith(LabKey other) {
    key = other;
    return this;
  }

  /** Signs as another certificate and with its key. */
  public TimestampSpec signer(LabCertificate other) {
    signer = other;
    named = other;
    key = other.key();
    return this;
  }

  /** Names another certificate in the signed attribute that binds the signer's. */
  public TimestampSpec boundTo(LabCertificate other) {
    named = other;
    return this;
  }

  /** Leaves the certificates out. */
  public TimestampSpec withoutCertificates() {
    embed = false;
    return this;
  }

  /** Puts another certificate into the bag, before the signer's. */
  public TimestampSpec embedding(LabCertificate other) {
    embedded.add(other);
    return this;
  }

  /** The status of the response; 0 is granted. */
  public TimestampSpec status(int value) {
    status = value;
    return this;
  }

  /** Writes the same signature so many times. */
  public TimestampSpec signers(int count) {
    signers = count;
    return this;
  }

  /** Claims another digest of the content in the signed attributes. */
  public TimestampSpec contentDigest(byte[] digest) {
    contentDigest = Optional.of(digest);
    return this;
  }

  TimestampAuthority authority() {
    return authority;
  }

  /** The DER TimeStampResp for a bundle's signature. */
  byte[] make(byte[] signature) {
    byte[] stamped = message.orElse(signature);
    TSTInfo info =
        new TSTInfo(
            new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.2"),
            new MessageImprint(
                new AlgorithmIdentifier(hash.oid()), imprint.orElseGet(() -> hash.of(stamped))),
            new ASN1Integer(serial),
            new ASN1GeneralizedTime(Date.from(time)),
            new Accuracy(new ASN1Integer(1), null, null),
            null,
            nonce.map(ASN1Integer::new).orElse(null),
            null,
            null);
    byte[] content = Der.encode(info);
    Hash attributeHash = hash == Hash.SHA1 ? Hash.SHA1 : Hash.SHA256;
    DERSet attributes = attributes(content, attributeHash);
    byte[] signed = sign(Der.encode(attributes), attributeHash);

    ASN1EncodableVector signerInfo = new ASN1EncodableVector();
    signerInfo.add(new ASN1Integer(1));
    signerInfo.add(new IssuerAndSerialNumber(signer.structure()));
    signerInfo.add(new AlgorithmIdentifier(attributeHash.oid()));
    signerInfo.add(new DERTaggedObject(false, 0, attributes));
    signerInfo.add(signatureAlgorithm(attributeHash));
    signerInfo.add(new DEROctetString(signed));
    ASN1EncodableVector signerInfos = new ASN1EncodableVector();
    for (int i = 0; i < signers; i++) {
      signerInfos.add(new DERSequence(signerInfo));
    }

    ASN1EncodableVector data = new ASN1EncodableVector();
    data.add(new ASN1Integer(3));
    data.add(new DERSet(new AlgorithmIdentifier(attributeHash.oid())));
    data.add(
        sequence(
            PKCSObjectIdentifiers.id_ct_TSTInfo,
            new DERTaggedObject(true, 0, new DEROctetString(content))));
    if (embed || !embedded.isEmpty()) {
      ASN1EncodableVector bag = new ASN1EncodableVector();
      for (LabCertificate certificate : embedded) {
        bag.add(certificate.structure());
      }
      if (embed) {
        bag.add(signer.structure());
      }
      data.add(new DERTaggedObject(false, 0, new DERSet(bag)));
    }
    data.add(new DERSet(signerInfos));
    return Der.encode(
        sequence(
            new DERSequence(new ASN1Integer(status)),
            sequence(
                CMSObjectIdentifiers.signedData,
                new DERTaggedObject(true, 0, new DERSequence(data)))));
  }

  private DERSet attributes(byte[] content, Hash attributeHash) {
    ASN1EncodableVector attributes = new ASN1EncodableVector();
    attributes.add(attribute(CMSAttributes.contentType, PKCSObjectIdentifiers.id_ct_TSTInfo));
    attributes.add(attribute(CMSAttributes.signingTime, new ASN1UTCTime(Date.from(time))));
    attributes.add(
        attribute(
            CMSAttributes.messageDigest,
            new DEROctetString(contentDigest.orElseGet(() -> attributeHash.of(content)))));
    attributes.add(
        attribute(
            PKCSObjectIdentifiers.id_aa_signingCertificateV2,
            new SigningCertificateV2(
                new ESSCertIDv2[] {new ESSCertIDv2(Der.sha256(named.der()))})));
    return new DERSet(attributes);
  }

  private byte[] sign(byte[] attributes, Hash attributeHash) {
    return switch (key.kind()) {
      // What matches the digest algorithm, as timestamp authorities do, whatever the curve.
      case P256, P384, P521 -> key.signHash(attributeHash.of(attributes));
      default -> key.sign(attributes);
    };
  }

  private AlgorithmIdentifier signatureAlgorithm(Hash attributeHash) {
    return switch (key.kind()) {
      case P256, P384, P521 ->
          new AlgorithmIdentifier(
              attributeHash == Hash.SHA1
                  ? org.bouncycastle.asn1.x9.X9ObjectIdentifiers.ecdsa_with_SHA1
                  : org.bouncycastle.asn1.x9.X9ObjectIdentifiers.ecdsa_with_SHA256);
      default -> key.algorithm();
    };
  }

  private static DERSequence attribute(
      ASN1ObjectIdentifier type, org.bouncycastle.asn1.ASN1Encodable value) {
    return sequence(type, new DERSet(value));
  }

  private static DERSequence sequence(org.bouncycastle.asn1.ASN1Encodable... values) {
    ASN1EncodableVector vector = new ASN1EncodableVector();
    for (org.bouncycastle.asn1.ASN1Encodable value : values) {
      vector.add(value);
    }
    return new DERSequence(vector);
  }
}
