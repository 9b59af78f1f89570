package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.PasswordHash;
import dev.assay.net.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Who may do what with a registry that is served.
 *
 * <p>Users and passwords lie in a file as {@code htpasswd -B} writes it, {@code user:$2y$10$...} on
 * each line: they may pull and push. Tokens lie in a file with {@code name:pull:HEX} or {@code
 * name:push:HEX} on each line, HEX being the SHA-256 of the token: they are shown as {@code
 * Bearer}, or as the password of any user. Empty lines and lines that begin with {@code #} are
 * passed over. Both files are read again when they change.
 *
 * <p>Safe for use by many threads.
 */
public final class RegistryAccess {

  /** What somebody wants to do. */
  enum Right {
    PULL,
    PUSH
  }

  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int REMEMBERED = 10_000;
  private static final int AT_ONCE = 2;
  private static final int MOST_LINES = 100_000;

  // Compared with when there is no such user, so that the answer takes as long.
  private static final PasswordHash NOBODY =
      PasswordHash.parse("$2a$10$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK");

  /** A file of lines, read again when it is another one. */
  private record Read<T>(Object state, Map<String, T> lines) {}

  private record Token(String name, Right right) {}

  private final Optional<Path> passwordFile;
  private final Optional<Path> tokenFile;
  private final boolean anonymousPull;
  private final boolean readOnly;

  private volatile Read<PasswordHash> passwords = new Read<>("", Map.of());
  private volatile Read<Token> tokens = new Read<>("", Map.of());
  private volatile long looked;

  // A comparison with bcrypt takes a tenth of a second: what was right once is remembered, by a
  // hash that says nothing outside this process, until the file changes.
  private final Map<String, Boolean> right = new ConcurrentHashMap<>();
  private final byte[] salt = new byte[32];
  private final Semaphore comparing = new Semaphore(AT_ONCE);

  /**
   * @param passwordFile users and bcrypt hashes of their passwords
   * @param tokenFile tokens by their SHA-256
   * @param anonymousPull whether pulling needs no credentials
   * @param readOnly whether nobody may push or delete
   * @throws AssayException with {@link Code#FILE_UNREADABLE} or {@link Code#BAD_CONFIG}
   */
  public RegistryAccess(
      Optional<Path> passwordFile,
      Optional<Path> tokenFile,
      boolean anonymousPull,
      boolean readOnly) {
    this.passwordFile = passwordFile;
    this.tokenFile = tokenFile;
    this.anonymousPull = anonymousPull;
    this.readOnly = readOnly;
    new SecureRandom().nextBytes(salt);
    look();
  }

  /** Whoever reaches the registry may do everything. */
  public static RegistryAccess open() {
    return new RegistryAccess(Optional.empty(), Optional.empty(), true, false);
  }

  /** Whether anybody may push. */
  public boolean isOpen() {
    return passwordFile.isEmpty() && tokenFile.isEmpty() && !readOnly;
  }

  /**
   * @throws RegistryError 401 if credentials are needed or are wrong, 403 if they do not suffice,
   *     405 if nobody may do this
   */
  void check(HttpExchange exchange) {
    String method = exchange.method();
    Right wanted = method.equals("GET") || method.equals("HEAD") ? Right.PULL : Right.PUSH;
    if (wanted == Right.PUSH && readOnly) {
      throw new RegistryError(405, "UNSUPPORTED", "this registry is read-only");
    }
    if (passwordFile.isEmpty() && tokenFile.isEmpty()) {
      return;
    }
    // Some clients answer a challenge with an empty name and password when they have none.
    Optional<String> shown =
        exchange.header("authorization").filter(h -> !h.equalsIgnoreCase("Basic Og=="));
    if (shown.isEmpty()) {
      // The first request of a client that logs in is a GET of /v2/ without anything.
      boolean ping = exchange.path().equals("/v2/") || exchange.path().equals("/v2");
      if (anonymousPull && wanted == Right.PULL && !ping) {
        return;
      }
      throw unauthorized();
    }
    refresh();
    Right has = rights(shown.get()).orElseThrow(() -> unauthorized());
    if (wanted == Right.PUSH && has != Right.PUSH) {
      throw new RegistryError(403, "DENIED", "these credentials are for pulling");
    }
  }

  private RegistryError unauthorized() {
    // Asked for with a scheme that clients have something for; a token may be the password.
    return new RegistryError(
        401,
        "UNAUTHORIZED",
        "credentials are needed",
        Map.of("WWW-Authenticate", "Basic realm=\"assay registry\""));
  }

  private Optional<Right> rights(String header) {
    int space = header.indexOf(' ');
    String scheme = space < 0 ? "" : header.substring(0, space);
    String value = header.substring(space + 1).strip();
    if (scheme.equalsIgnoreCase("bearer")) {
      return token(value);
    }
    if (!scheme.equalsIgnoreCase("basic")) {
      return Optional.empty();
    }
    String pair;
    try {
      pair = Text.utf8(Base64s.decode(value));
    } catch (AssayException e) {
      return Optional.empty();
    }
    int colon = pair.indexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    String password = pair.substring(colon + 1);
    Optional<Right> byToken = token(password);
    if (byToken.isPresent()) {
      return byToken;
    }
    return matches(pair.substring(0, colon), password) ? Optional.of(Right.PUSH) : Optional.empty();
  }

  private Optional<Right> token(String token) {
    String hash = Hex.encode(Hashes.sha256(Text.utf8(token)));
    return Optional.ofNullable(tokens.lines().get(hash)).map(Token::right);
  }

  private boolean matches(String user, String password) {
    Read<PasswordHash> all = passwords;
    PasswordHash hash = all.lines().get(user);
    byte[] bytes = Text.utf8(password);
    String key = hash == null ? "" : key(user, bytes);
    if (hash != null && right.containsKey(key)) {
      return true;
    }
    try {
      if (!comparing.tryAcquire(5, TimeUnit.SECONDS)) {
        throw new RegistryError(
            429, "TOOMANYREQUESTS", "too many logins at once", Map.of("Retry-After", "1"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    try {
      boolean matches = (hash == null ? NOBODY : hash).matches(bytes) && hash != null;
      // Not what matched a file that was replaced meanwhile.
      if (matches && all.state().equals(passwords.state())) {
        if (right.size() >= REMEMBERED) {
          right.clear();
        }
        right.put(key, true);
      }
      return matches;
    } finally {
      comparing.release();
    }
  }

  private String key(String user, byte[] password) {
    byte[] name = Text.utf8(user);
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    all.writeBytes(salt);
    all.writeBytes(Text.utf8(name.length + ":"));
    all.writeBytes(name);
    all.writeBytes(password);
    return Hex.encode(Hashes.sha256(all.toByteArray()));
  }

  // ---- the files

  private void refresh() {
    if (System.nanoTime() - looked >= LOOK_AGAIN_NANOS) {
      try {
        look();
      } catch (AssayException e) {
        // Half written, or broken: nobody who is not in it gets in by this, and nobody is locked
        // out by a moment.
      }
    }
  }

  private synchronized void look() {
    looked = System.nanoTime();
    if (passwordFile.isPresent()) {
      Object state = state(passwordFile.get());
      if (!state.equals(passwords.state())) {
        passwords = new Read<>(state, passwords(passwordFile.get()));
        right.clear();
      }
    }
    if (tokenFile.isPresent()) {
      Object state = state(tokenFile.get());
      if (!state.equals(tokens.state())) {
        tokens = new Read<>(state, tokens(tokenFile.get()));
      }
    }
  }

  private static Object state(Path file) {
    try {
      BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
      return List.of(Objects.requireNonNullElse(a.fileKey(), ""), a.lastModifiedTime(), a.size());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static AssayException unreadable(Path file, IOException e) {
    return new AssayException(
        Code.FILE_UNREADABLE, Text.quote(file.toString()) + " cannot be read", e);
  }

  private static List<String> lines(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return Text.utf8(in.readNBytes(Limits.DOCUMENT_BYTES))
          .lines()
          .map(String::strip)
          .filter(l -> !l.isEmpty() && !l.startsWith("#"))
          .limit(MOST_LINES)
          .toList();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static AssayException bad(Path file, int number) {
    return new AssayException(
        Code.BAD_CONFIG, Text.quote(file.toString()) + ": entry " + number + " is not acceptable");
  }

  private static Map<String, PasswordHash> passwords(Path file) {
    Map<String, PasswordHash> all = new LinkedHashMap<>();
    for (String line : lines(file)) {
      int colon = line.indexOf(':');
      if (colon < 1
          || all.put(line.substring(0, colon), PasswordHash.parse(line.substring(colon + 1)))
              != null) {
        throw bad(file, all.size() + 1);
      }
    }
    return Map.copyOf(all);
  }

  private static Map<String, Token> tokens(Path file) {
    Map<String, Token> all = new LinkedHashMap<>();
    for (String line : lines(file)) {
      String[] parts = line.split(":", -1);
      boolean good =
          parts.length == 3
              && !parts[0].isEmpty()
              && (parts[1].equals("pull") || parts[1].equals("push"))
              && parts[2].matches("[0-9a-f]{64}");
      Right right = good && parts[1].equals("push") ? Right.PUSH : Right.PULL;
      if (!good || all.put(parts[2], new Token(parts[0], right)) != null) {
        throw bad(file, all.size() + 1);
      }
    }
    return Map.copyOf(all);
  }
}
