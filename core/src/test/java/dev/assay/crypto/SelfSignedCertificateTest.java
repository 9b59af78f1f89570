package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

class SelfSignedCertificateTest {

  private static SelfSignedCertificate certificate() {
    Instant now = Instant.now();
    return SelfSignedCertificate.create(
        List.of("assay.example.svc", "localhost", "127.0.0.1", "::1"),
        now.minus(Duration.ofHours(1)),
        now.plus(Duration.ofDays(1)));
  }

  private static X509Certificate x509(SelfSignedCertificate certificate)
      throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(certificate.der()));
  }

  @Test
  void itSaysWhatItWasMadeFor() throws GeneralSecurityException {
    SelfSignedCertificate made = certificate();
    X509Certificate read = x509(made);
    read.verify(read.getPublicKey());
    read.checkValidity();
    assertEquals(made.publicKey(), PublicKey.fromSpki(read.getPublicKey().getEncoded()));
    assertEquals(List.of("1.3.6.1.5.5.7.3.1"), read.getExtendedKeyUsage());
    assertEquals(-1, read.getBasicConstraints());
    Collection<List<?>> names = read.getSubjectAlternativeNames();
    assertEquals(
        List.of("assay.example.svc", "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"),
        names.stream().map(name -> name.get(1).toString()).toList());
    assertEquals(made.publicKey(), PrivateKey.fromPem(made.privateKeyPem()).publicKey());
    assertTrue(made.pem().startsWith("-----BEGIN CERTIFICATE-----\n"));
  }

  @Test
  void aClientThatTrustsItConnectsByItsNamesOnly() throws Exception {
    SelfSignedCertificate made = certificate();
    SSLContext server = SSLContext.getInstance("TLS");
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "server",
        KeyFactory.getInstance("EC")
            .generatePrivate(
                new PKCS8EncodedKeySpec(PrivateKey.fromPem(made.privateKeyPem()).pkcs8())),
        new char[0],
        new Certificate[] {x509(made)});
    KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
    keyManagers.init(keys, new char[0]);
    server.init(keyManagers.getKeyManagers(), null, null);

    SSLContext client = SSLContext.getInstance("TLS");
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", x509(made));
    TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
    trustManagers.init(trusted);
    client.init(null, trustManagers.getTrustManagers(), null);

    assertEquals(42, ask(server, client, "localhost"));
    assertEquals(42, ask(server, client, "127.0.0.1"));
    assertThrows(SSLException.class, () -> ask(server, client, "other.example"));
  }

  private static int ask(SSLContext server, SSLContext client, String name) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (SSLServerSocket listening =
        (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
      CompletableFuture<Void> served =
          CompletableFuture.runAsync(() -> {
            try (Socket accepted = listening.accept()) {
              accepted.getOutputStream().write(42);
            } catch (IOException e) {
              // The client went away: that is its answer.
            }
          });
      try (Socket plain = new Socket(loopback, listening.getLocalPort());
          SSLSocket socket =
              (SSLSocket)
                  client
                      .getSocketFactory()
                      .createSocket(plain, name, listening.getLocalPort(), true)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket.getInputStream().read();
      } finally {
        served.join();
      }
    }
  }

  @Test
  void aCertificateForNobodyOrNoTimeIsNotMade() {
    Instant now = Instant.EPOCH;
    Instant later = now.plusSeconds(1);
    assertThrows(
        IllegalArgumentException.class, () -> SelfSignedCertificate.create(List.of(), now, later));
    assertThrows(
        IllegalArgumentException.class,
        () -> SelfSignedCertificate.create(List.of("a"), later, now));
  }
}
