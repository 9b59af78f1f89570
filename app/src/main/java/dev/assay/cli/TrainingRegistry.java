package dev.assay.cli;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.oci.BundleReferrers;
import dev.assay.oci.Descriptor;
import dev.assay.oci.Index;
import dev.assay.oci.Manifest;
import dev.assay.oci.MediaTypes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A registry that knows one digest and one bundle about it, for {@link Training}: the short
 * commands' class path has no web server, and what an image's verification needs of the JVM is to
 * be in the start-up cache too.
 */
final class TrainingRegistry implements AutoCloseable {

  private static final int HEAD_BYTES = 16 << 10;
  private static final int END_OF_HEAD = 0x0d0a0d0a;

  /** An answer. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Answer(String mediaType, byte[] body) {}

  private final ServerSocket socket;

  // By how the path of the request ends.
  private final Map<String, Answer> answers = new LinkedHashMap<>();

  TrainingRegistry(Digest subject, byte[] bundle) throws IOException {
    byte[] empty = Text.utf8("{}");
    Descriptor layer = Descriptor.of(BundleReferrers.BUNDLE, bundle);
    Manifest manifest =
        new Manifest(
            MediaTypes.MANIFEST,
            Optional.of(BundleReferrers.BUNDLE),
            Descriptor.of(MediaTypes.EMPTY, empty),
            List.of(layer),
            Optional.of(Descriptor.of(MediaTypes.MANIFEST, subject, 1)),
            Map.of());
    Descriptor referrer =
        Descriptor.of(MediaTypes.MANIFEST, manifest.bytes())
            .withArtifactType(Optional.of(BundleReferrers.BUNDLE));
    answers.put(
        "/referrers/" + subject,
        new Answer(MediaTypes.INDEX, Index.oci(List.of(referrer)).bytes()));
    answers.put(
        "/manifests/" + Hashes.sha256Digest(manifest.bytes()),
        new Answer(MediaTypes.MANIFEST, manifest.bytes()));
    answers.put("/blobs/" + layer.digest(), new Answer("application/octet-stream", bundle));
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  /** {@code 127.0.0.1:PORT}. */
  String host() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket peer = socket.accept();
        Thread.ofPlatform().daemon().start(() -> serve(peer));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket peer) {
    try (peer) {
      InputStream in = peer.getInputStream();
      OutputStream out = peer.getOutputStream();
      for (String path = path(in); !path.isEmpty(); path = path(in)) {
        out.write(answer(path));
        out.flush();
      }
    } catch (IOException e) {
      // The command is done.
    }
  }

  /** The path of the next request; empty at the end. */
  private static String path(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    int last = 0;
    while (last != END_OF_HEAD) {
      int next = in.read();
      if (next < 0 || head.length() > HEAD_BYTES) {
        return "";
      }
      head.append((char) next);
      last = last << 8 | next;
    }
    String[] words = head.toString().split(" ", 3);
    return words.length == 3 ? words[1] : "";
  }

  private byte[] answer(String path) {
    for (Map.Entry<String, Answer> known : answers.entrySet()) {
      if (path.endsWith(known.getKey())) {
        byte[] body = known.getValue().body();
        byte[] head =
            Text.utf8(
                "HTTP/1.1 200 OK\r\nContent-Type: "
                    + known.getValue().mediaType()
                    + "\r\nContent-Length: "
                    + body.length
                    + "\r\n\r\n");
        byte[] all = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
      }
    }
    return Text.utf8("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
