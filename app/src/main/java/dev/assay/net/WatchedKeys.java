package dev.assay.net;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The key of a server, read again when its files change. A handshake that began with one key ends
 * with it: the alias says which.
 */
final class WatchedKeys extends X509ExtendedKeyManager {

  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Generation(String alias, TlsMaterial.Pair pair, Object files) {}

  private final Path certificates;
  private final Path privateKey;
  private volatile Generation current;
  private volatile Generation before;
  private volatile long looked = System.nanoTime();

  WatchedKeys(Path certificates, Path privateKey) {
    this.certificates = certificates;
    this.privateKey = privateKey;
    try {
      current = read("0");
    } catch (IOException e) {
      throw new AssayException(
          Code.FILE_UNREADABLE,
          Text.quote(certificates.toString())
              + " or "
              + Text.quote(privateKey.toString())
              + " cannot be read",
          e);
    } catch (GeneralSecurityException e) {
      throw new AssayException(Code.BAD_CONFIG, "the TLS certificate or key cannot be used", e);
    }
    before = current;
  }

  private Generation read(String alias) throws IOException, GeneralSecurityException {
    Object files = files();
    return new Generation(alias, TlsMaterial.pair(bytes(certificates), bytes(privateKey)), files);
  }

  private Object files() throws IOException {
    return List.of(state(certificates), state(privateKey));
  }

  private static Object state(Path file) throws IOException {
    BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
    return List.of(Objects.requireNonNullElse(a.fileKey(), ""), a.lastModifiedTime(), a.size());
  }

  private static byte[] bytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(Limits.DOCUMENT_BYTES);
    }
  }

  private Generation now() {
    long time = System.nanoTime();
    if (time - looked >= LOOK_AGAIN_NANOS) {
      looked = time;
      try {
        if (!files().equals(current.files())) {
          Generation fresh = read(Long.toString(time));
          before = current;
          current = fresh;
        }
      } catch (IOException | GeneralSecurityException | AssayException e) {
        // Half written: what there was is still good.
      }
    }
    return current;
  }

  private @Nullable Generation find(String alias) {
    Generation newest = current;
    Generation older = before;
    return newest.alias().equals(alias) ? newest : older.alias().equals(alias) ? older : null;
  }

  private @Nullable String choose(String keyType) {
    Generation newest = now();
    String own = newest.pair().key().getAlgorithm();
    boolean fits = own.equals(keyType) || keyType.equals("EdDSA") && own.startsWith("Ed");
    return fits ? newest.alias() : null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return choose(keyType);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    return choose(keyType);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Generation found = find(alias);
    return found == null ? null : found.pair().chain().clone();
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Generation found = find(alias);
    return found == null ? null : found.pair().key();
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = choose(keyType);
    return alias == null ? null : new String[] {alias};
  }

  // For servers only.

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }
}
