package dev.assay.lab;

import dev.assay.bytes.Base64s;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.MLDSAKeyPairGenerator;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.MLDSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.Ed25519phSigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/** A key pair of the lab. */
public final class LabKey {

  /**
   * What a key can be; each signs with the hash that Sigstore's algorithm registry pairs it with.
   */
  public enum Kind {
    P256("PKIX_ECDSA_P256_SHA_256"),
    P384("PKIX_ECDSA_P384_SHA_384"),
    P521("PKIX_ECDSA_P521_SHA_512"),
    ED25519("PKIX_ED25519"),
    /** Signs messages prehashed (RFC 8032 section 5.1). */
    ED25519PH("PKIX_ED25519_PH"),
    RSA2048("PKIX_RSA_PKCS1V15_2048_SHA256"),
    RSA4096("PKIX_RSA_PKCS1V15_4096_SHA256"),
    ML_DSA_44("ML_DSA_44"),
    ML_DSA_65("ML_DSA_65");

    private final String keyDetails;

    Kind(String keyDetails) {
      this.keyDetails = keyDetails;
    }

    /** The name in {@code PublicKeyDetails} of sigstore_common.proto. */
    public String keyDetails() {
      return keyDetails;
    }
  }

  private final Kind kind;
  private final AsymmetricKeyParameter secret;
  private final AsymmetricKeyParameter open;
  private final byte[] spki;

  private LabKey(Kind kind, AsymmetricCipherKeyPair pair) {
    this.kind = kind;
    secret = pair.getPrivate();
    open = pair.getPublic();
    try {
      spki = SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(open).getEncoded("DER");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static LabKey generate(Kind kind, SecureRandom random) {
    return new LabKey(kind, pair(kind, random));
  }

  /** A P-256 key of somebody else, who alone can sign with it. */
  static LabKey open(byte[] spki) {
    try {
      return new LabKey(
          Kind.P256,
          new AsymmetricCipherKeyPair(
              org.bouncycastle.crypto.util.PublicKeyFactory.createKey(spki),
              new AsymmetricKeyParameter(true)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static AsymmetricCipherKeyPair pair(Kind kind, SecureRandom random) {
    switch (kind) {
      case ED25519, ED25519PH -> {
        Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
        generator.init(new Ed25519KeyGenerationParameters(random));
        return generator.generateKeyPair();
      }
      case RSA2048, RSA4096 -> {
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(
            new RSAKeyGenerationParameters(
                BigInteger.valueOf(65537), random, kind == Kind.RSA2048 ? 2048 : 4096, 100));
        return generator.generateKeyPair();
      }
      case ML_DSA_44, ML_DSA_65 -> {
        MLDSAKeyPairGenerator generator = new MLDSAKeyPairGenerator();
        generator.init(
            new MLDSAKeyGenerationParameters(
                random,
                kind == Kind.ML_DSA_44 ? MLDSAParameters.ml_dsa_44 : MLDSAParameters.ml_dsa_65));
        return generator.generateKeyPair();
      }
      default -> {
        ASN1ObjectIdentifier curve =
            kind == Kind.P256
                ? SECObjectIdentifiers.secp256r1
                : kind == Kind.P384
                    ? SECObjectIdentifiers.secp384r1
                    : SECObjectIdentifiers.secp521r1;
        ECKeyPairGenerator generator = new ECKeyPairGenerator();
        generator.init(
            new ECKeyGenerationParameters(
                new ECNamedDomainParameters(curve, CustomNamedCurves.getByOID(curve)), random));
        return generator.generateKeyPair();
      }
    }
  }

  /** What it is. */
  public Kind kind() {
    return kind;
  }

  /** Its DER SubjectPublicKeyInfo. */
  public byte[] spki() {
    return spki.clone();
  }

  /** Its PEM {@code PUBLIC KEY}. */
  public String pem() {
    return Der.pem("PUBLIC KEY", spki);
  }

  /** Its unencrypted PKCS#8 as PEM {@code PRIVATE KEY}. */
  public String privatePem() {
    return Der.pem("PRIVATE KEY", Der.encode(privateInfo()));
  }

  private org.bouncycastle.asn1.ASN1Object privateInfo() {
    try {
      return PrivateKeyInfoFactory.createPrivateKeyInfo(secret);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SHA-256 of the SubjectPublicKeyInfo. */
  public byte[] id() {
    return Der.sha256(spki);
  }

  /** The hint that bundles of managed keys carry. */
  public String hint() {
    return Base64s.encode(id());
  }

  /** The 32 bytes of an Ed25519 key. */
  byte[] rawEd25519() {
    return ((Ed25519PublicKeyParameters) open).getEncoded();
  }

  /** The algorithm as certificates and signatures name it. */
  AlgorithmIdentifier algorithm() {
    return switch (kind) {
      case P256 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
      case P384 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA384);
      case P521 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA512);
      case ED25519, ED25519PH -> new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519);
      case RSA2048, RSA4096 ->
          new AlgorithmIdentifier(
              PKCSObjectIdentifiers.sha256WithRSAEncryption,
              org.bouncycastle.asn1.DERNull.INSTANCE);
      case ML_DSA_44 -> new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_44);
      case ML_DSA_65 -> new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_65);
    };
  }

  /** The hash it signs with; SHA-256 where it takes messages whole. */
  Digest hash() {
    return kind == Kind.P384
        ? new SHA384Digest()
        : kind == Kind.P521 ? new SHA512Digest() : new SHA256Digest();
  }

  /** Signs a message; the same message gives the same signature. */
  public byte[] sign(byte[] message) {
    try {
      switch (kind) {
        case ED25519 -> {
          Ed25519Signer signer = new Ed25519Signer();
          signer.init(true, secret);
          signer.update(message, 0, message.length);
          return signer.generateSignature();
        }
        case ED25519PH -> {
          Ed25519phSigner signer = new Ed25519phSigner(new byte[0]);
          signer.init(true, secret);
          signer.update(message, 0, message.length);
          return signer.generateSignature();
        }
        case RSA2048, RSA4096 -> {
          RSADigestSigner signer =
              new RSADigestSigner(new SHA256Digest(), NISTObjectIdentifiers.id_sha256);
          signer.init(true, secret);
          signer.update(message, 0, message.length);
          return signer.generateSignature();
        }
        case ML_DSA_44, ML_DSA_65 -> {
          MLDSASigner signer = new MLDSASigner();
          signer.init(true, new ParametersWithRandom(secret, new SeededRandom(message.length)));
          signer.update(message, 0, message.length);
          return signer.generateSignature();
        }
        default -> {
          return ecdsa(Der.digest(hash(), message), hash());
        }
      }
    } catch (CryptoException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Signs a hash that was made elsewhere, also one of the wrong length; ECDSA only. */
  public byte[] signHash(byte[] hash) {
    return ecdsa(hash, hash());
  }

  private byte[] ecdsa(byte[] hash, Digest nonceHash) {
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(nonceHash));
    signer.init(true, secret);
    BigInteger[] rs = signer.generateSignature(hash);
    return Der.encode(
        new DERSequence(
            new org.bouncycastle.asn1.ASN1Encodable[] {
              new ASN1Integer(rs[0]), new ASN1Integer(rs[1])
            }));
  }

  /** First four bytes of the log ID and what follows them, as a line of a signed note needs it. */
  byte[] noteBlob(byte[] keyId, byte[] text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(Arrays.copyOf(keyId, 4));
    out.writeBytes(sign(text));
    return out.toByteArray();
  }
}
