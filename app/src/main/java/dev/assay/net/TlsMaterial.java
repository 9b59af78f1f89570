package dev.assay.net;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A certificate with its private key, in PEM: of a server, or of a client that shows who it is. */
public final class TlsMaterial {

  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  /** A private key with the certificates that lead from it to an authority. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Pair(PrivateKey key, X509Certificate[] chain) {}

  private final byte[] certificates;
  private final byte[] privateKey;
  private final Optional<WatchedKeys> watched;

  /**
   * @param certificates the own certificate first, then what leads to its authority
   * @param privateKey PKCS#8
   */
  public TlsMaterial(byte[] certificates, byte[] privateKey) {
    this(certificates, privateKey, Optional.empty());
  }

  private TlsMaterial(byte[] certificates, byte[] privateKey, Optional<WatchedKeys> watched) {
    this.certificates = certificates.clone();
    this.privateKey = privateKey.clone();
    this.watched = watched;
  }

  /**
   * Files that are read again when they change: a certificate is renewed without a restart. While
   * they cannot be used, as in the moment between the two being written, what was read before is.
   *
   * @throws AssayException with {@link Code#FILE_UNREADABLE}, or {@link Code#BAD_CONFIG} if they
   *     cannot be used now
   */
  public static TlsMaterial watching(Path certificates, Path privateKey) {
    WatchedKeys keys = new WatchedKeys(certificates, privateKey);
    return new TlsMaterial(new byte[0], new byte[0], Optional.of(keys));
  }

  /**
   * What a server needs.
   *
   * @throws AssayException with {@link Code#BAD_CONFIG} if certificates or key cannot be read
   */
  public SSLContext serverContext() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(), new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssayException(Code.BAD_CONFIG, "the TLS certificate or key cannot be used", e);
    }
  }

  private KeyManager[] keyManagers() throws GeneralSecurityException, IOException {
    if (watched.isPresent()) {
      return new KeyManager[] {watched.get()};
    }
    Pair pair = pair(certificates, privateKey);
    KeyStore store = emptyStore();
    store.setKeyEntry("own", pair.key(), new char[0], pair.chain());
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    return keys.getKeyManagers();
  }

  static Pair pair(byte[] certificates, byte[] privateKey) throws GeneralSecurityException {
    List<X509Certificate> chain = certificates(certificates);
    if (chain.isEmpty()) {
      throw new AssayException(Code.BAD_CONFIG, "no certificate in the TLS certificate's PEM");
    }
    return new Pair(key(privateKey, chain.getFirst()), chain.toArray(X509Certificate[]::new));
  }

  private static PrivateKey key(byte[] privateKey, X509Certificate certificate)
      throws GeneralSecurityException {
    Matcher pem = PKCS8.matcher(new String(privateKey, StandardCharsets.US_ASCII));
    if (!pem.find()) {
      throw new AssayException(
          Code.BAD_CONFIG,
          "the TLS key is not PKCS#8 in PEM",
          "openssl pkcs8 -topk8 -nodes -in KEY -out KEY.pem");
    }
    byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
    return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
        .generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static List<X509Certificate> certificates(byte[] pem) throws GeneralSecurityException {
    List<X509Certificate> found = new ArrayList<>();
    for (Certificate certificate :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem))) {
      found.add((X509Certificate) certificate);
    }
    return found;
  }

  /** The content of the file that SSL_CERT_FILE names. */
  static Optional<byte[]> authorities(Map<String, String> environment) {
    Optional<String> name =
        Optional.ofNullable(environment.get("SSL_CERT_FILE")).filter(v -> !v.isEmpty());
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(Path.of(name.get()))) {
      return Optional.of(in.readNBytes(Limits.DOCUMENT_BYTES));
    } catch (IOException e) {
      throw new AssayException(
          Code.BAD_CONFIG, "SSL_CERT_FILE cannot be read: " + Text.quote(name.get()), e);
    }
  }

  /**
   * What a client trusts, the authorities of this Java and those given in PEM, and what it shows.
   */
  static SSLContext client(List<byte[]> extraAuthorities, Optional<TlsMaterial> certificate) {
    try {
      if (extraAuthorities.isEmpty() && certificate.isEmpty()) {
        return SSLContext.getDefault();
      }
      KeyStore store = emptyStore();
      TrustManagerFactory usual =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      usual.init((KeyStore) null);
      int count = 0;
      for (TrustManager manager : usual.getTrustManagers()) {
        if (manager instanceof javax.net.ssl.X509TrustManager x509) {
          for (X509Certificate authority : x509.getAcceptedIssuers()) {
            store.setCertificateEntry("authority-" + count++, authority);
          }
        }
      }
      for (byte[] pem : extraAuthorities) {
        for (X509Certificate authority : certificates(pem)) {
          store.setCertificateEntry("authority-" + count++, authority);
        }
      }
      TrustManagerFactory all =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      all.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      KeyManager[] own = certificate.isPresent() ? certificate.get().keyManagers() : null;
      context.init(own, all.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssayException(Code.BAD_CONFIG, "the trusted authorities cannot be loaded", e);
    }
  }

  /** For connections without TLS, where the client still asks for a context: it trusts nobody. */
  static SSLContext unused() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }
}
