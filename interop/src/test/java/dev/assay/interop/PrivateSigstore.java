package dev.assay.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;

/**
 * An instance of Sigstore of one's own: fulcio, rekor (version 2), a timestamp authority and an
 * identity provider, each a process on this machine. There is no certificate transparency log.
 *
 * <p>Its folder has {@code trusted-root.json} and {@code signing-config.json}, made by cosign.
 */
final class PrivateSigstore implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern PEM = Pattern.compile("\"(-----BEGIN CERTIFICATE-----[^\"]*)\"");

  private final Workbench bench;
  private final OidcIssuer issuer;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();
  private final int fulcio;
  private final int rekor;
  private final int timestamps;

  private PrivateSigstore(Workbench bench) throws IOException, GeneralSecurityException {
    this.bench = bench;
    this.issuer = OidcIssuer.start();
    int[] ports = ports(8);
    this.fulcio = ports[0];
    this.rekor = ports[1];
    this.timestamps = ports[2];
    startFulcio(ports[3], ports[4]);
    startRekor(ports[5], ports[6]);
    startTimestamps();
  }

  static PrivateSigstore start(Workbench bench)
      throws IOException, InterruptedException, GeneralSecurityException {
    Peers.cosign();
    Peers.fulcio();
    Peers.rekor();
    Peers.timestampServer();
    PrivateSigstore sigstore = new PrivateSigstore(bench);
    try {
      sigstore.describe();
      return sigstore;
    } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
      sigstore.close();
      throw e;
    }
  }

  OidcIssuer issuer() {
    return issuer;
  }

  String fulcioUrl() {
    return "http://127.0.0.1:" + fulcio;
  }

  String rekorUrl() {
    return "http://127.0.0.1:" + rekor;
  }

  String timestampUrl() {
    return "http://127.0.0.1:" + timestamps + "/api/v1/timestamp";
  }

  // Free a moment ago; the servers take no port 0.
  private static int[] ports(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    int[] ports = new int[count];
    for (int i = 0; i < count; i++) {
      sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      ports[i] = sockets.get(i).getLocalPort();
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }

  private void startFulcio(int grpc, int metrics) throws IOException {
    Path config =
        bench.write(
            "fulcio.yaml",
            """
            oidc-issuers:
              %1$s:
                issuer-url: %1$s
                client-id: sigstore
                type: email
            """
                .formatted(issuer.url()));
    serve(
        "fulcio",
        Peers.fulcio().toString(),
        "serve",
        "--ca=ephemeralca",
        "--ct-log-url=",
        "--config-path=" + config,
        "--host=127.0.0.1",
        "--port=" + fulcio,
        "--grpc-host=127.0.0.1",
        "--grpc-port=" + grpc,
        "--metrics-port=" + metrics);
  }

  private void startRekor(int grpc, int metrics) throws IOException, GeneralSecurityException {
    KeyPair key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    bench.write("rekor.key", pem("PRIVATE KEY", key.getPrivate().getEncoded()));
    bench.write("rekor.pub", pem("PUBLIC KEY", key.getPublic().getEncoded()));
    serve(
        "rekor",
        Peers.rekor().toString(),
        "serve",
        "--http-port=" + rekor,
        "--grpc-port=" + grpc,
        "--http-metrics-port=" + metrics,
        "--hostname=127.0.0.1",
        "--storage-dir=" + bench.folder().resolve("log"),
        "--signer-filepath=" + bench.folder().resolve("rekor.key"),
        "--checkpoint-interval=1s");
  }

  private void startTimestamps() throws IOException {
    serve(
        "timestamps",
        Peers.timestampServer().toString(),
        "serve",
        "--host=127.0.0.1",
        "--port=" + timestamps,
        "--timestamp-signer=memory",
        "--disable-ntp-monitoring");
  }

  private void serve(String name, String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(bench.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(bench.folder().resolve(name + ".log").toFile());
    processes.add(builder.start());
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private void describe() throws IOException, InterruptedException {
    String bundle = get(fulcioUrl() + "/api/v2/trustBundle");
    StringBuilder authority = new StringBuilder();
    Matcher matcher = PEM.matcher(bundle);
    while (matcher.find()) {
      authority.append(matcher.group(1).replace("\\n", "\n"));
    }
    bench.write("fulcio.pem", authority.toString());
    bench.write("timestamps.pem", get(timestampUrl() + "/certchain"));
    get(rekorUrl() + "/healthz");
    String start = Instant.now().minus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS) + "";
    bench
        .cosign(
            "trusted-root",
            "create",
            "--fulcio=url=" + fulcioUrl() + ",certificate-chain=fulcio.pem,start-time=" + start,
            "--rekor=url="
                + rekorUrl()
                + ",public-key=rekor.pub,start-time="
                + start
                + ",origin=127.0.0.1",
            "--tsa=url=" + timestampUrl() + ",certificate-chain=timestamps.pem,start-time=" + start,
            "--out",
            "trusted-root.json")
        .expect(0);
    String service = ",start-time=" + start + ",operator=us";
    bench
        .cosign(
            "signing-config",
            "create",
            "--fulcio=url=" + fulcioUrl() + ",api-version=1" + service,
            "--rekor=url=" + rekorUrl() + ",api-version=2" + service,
            "--rekor-config=ANY",
            "--oidc-provider=url=" + issuer.url() + ",api-version=1" + service,
            "--tsa=url=" + timestampUrl() + ",api-version=1" + service,
            "--tsa-config=EXACT:1",
            "--out",
            "signing-config.json")
        .expect(0);
  }

  private String get(String url) throws IOException, InterruptedException {
    Instant deadline = Instant.now().plus(PATIENCE);
    String last = "";
    while (Instant.now().isBefore(deadline)) {
      try {
        HttpResponse<String> response =
            http.send(
                HttpRequest.newBuilder(URI.create(url)).build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == 200) {
          return response.body();
        }
        last = response.statusCode() + " " + response.body();
      } catch (IOException e) {
        last = String.valueOf(e.getMessage());
      }
      Thread.sleep(100);
    }
    StringBuilder logs = new StringBuilder();
    for (String name : List.of("fulcio", "rekor", "timestamps")) {
      logs.append(Files.readString(bench.folder().resolve(name + ".log")));
    }
    return Assertions.fail("no answer of " + url + ": " + last + "\n" + logs);
  }

  /** Writes a token about this address into a file of this name. */
  void token(String file, String email) throws IOException, GeneralSecurityException {
    bench.write(file, issuer.token(email));
  }

  @Override
  public void close() {
    issuer.close();
    http.close();
    for (Process process : processes) {
      process.destroy();
    }
  }
}
