package dev.assay.signing.pkcs11;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import dev.assay.signing.KeySettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session with one token, in a process of its own. */
final class TokenSession implements AutoCloseable {

  private static final long LOGIN_REQUIRED = 0x4;
  private static final long KEYPAD = 0x100;
  private static final long INITIALIZED = 0x400;
  private static final long PIN_COUNT_LOW = 0x10000;
  private static final long PIN_FINAL_TRY = 0x20000;
  private static final long PIN_LOCKED = 0x40000;

  private static final int MAX_TOKENS = 1_024;

  private final HostProcess host;
  private final Cryptoki.TokenInfo token;
  private final KeySettings settings;
  private final Pin pin;

  // What was typed at login, for the first signature of a key that wants a PIN each time.
  private byte @Nullable [] typed;

  private TokenSession(HostProcess host, Cryptoki.TokenInfo token, KeySettings settings, Pin pin) {
    this.host = host;
    this.token = token;
    this.settings = settings;
    this.pin = pin;
  }

  /**
   * Finds the one token that the URI means. No PIN is tried where several could be meant.
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE} if there is none, or several
   */
  static TokenSession open(Pkcs11Uri uri, KeySettings settings, boolean write) {
    HostProcess host = HostProcess.start(Modules.of(uri, settings), settings);
    try {
      List<Cryptoki.TokenInfo> all = tokens(host);
      List<Cryptoki.TokenInfo> matching = all.stream().filter(uri::matchesToken).toList();
      if (matching.size() != 1) {
        throw ambiguous(uri, all, matching.size());
      }
      TokenSession session =
          new TokenSession(host, matching.getFirst(), settings, new Pin(uri, settings));
      session.begin(write);
      return session;
    } catch (AssayException e) {
      host.close();
      throw e;
    }
  }

  static TokenSession open(
      HostProcess host, Cryptoki.TokenInfo token, KeySettings settings, boolean write) {
    TokenSession session =
        new TokenSession(
            host, token, settings, new Pin(Pkcs11Uri.parse(Pkcs11Uri.SCHEME), settings));
    try {
      session.begin(write);
      return session;
    } catch (AssayException e) {
      host.close();
      throw e;
    }
  }

  private static AssayException ambiguous(
      Pkcs11Uri uri, List<Cryptoki.TokenInfo> all, int matching) {
    String list =
        all.stream()
            .limit(20)
            .map(t -> Pkcs11Uri.of(t, "", new byte[0], Optional.empty()) + ";slot-id=" + t.slot())
            .reduce((a, b) -> a + ", " + b)
            .orElse("none");
    return new AssayException(
        Code.KEY_UNREADABLE,
        matching == 0
            ? "no token that is present matches " + uri
            : matching + " tokens match " + uri,
        "tokens that are present: " + list);
  }

  static List<Cryptoki.TokenInfo> tokens(HostProcess host) {
    Wire.Reader answer = host.ask(new Wire.Message(Wire.TOKENS), Optional.empty());
    try {
      long count = answer.number();
      if (count < 0 || count > MAX_TOKENS) {
        throw host.broken();
      }
      List<Cryptoki.TokenInfo> out = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        Cryptoki.TokenInfo token =
            new Cryptoki.TokenInfo(
                answer.number(),
                answer.text(),
                answer.text(),
                answer.text(),
                answer.text(),
                answer.number());
        if ((token.flags() & INITIALIZED) != 0) {
          out.add(token);
        }
      }
      return out;
    } catch (IOException e) {
      throw host.broken();
    }
  }

  private void begin(boolean write) {
    ask(new Wire.Message(Wire.OPEN).number(token.slot()).number(write ? 1 : 0));
  }

  Wire.Reader ask(Wire.Message question) {
    return host.ask(question, Optional.of(HostProcess.TOUCH));
  }

  HostProcess host() {
    return host;
  }

  boolean hasKeypad() {
    return (token.flags() & KEYPAD) != 0;
  }

  /** The PIN for one signature; the caller wipes it. */
  byte[] pin() {
    byte[] kept = typed;
    typed = null;
    return kept == null ? pin.get(token.label()) : kept;
  }

  /** Overwrites the PIN of the login, where no signature needs it. */
  void forgetPin() {
    if (typed != null) {
      Arrays.fill(typed, (byte) 0);
      typed = null;
    }
  }

  void login() {
    if ((token.flags() & LOGIN_REQUIRED) == 0) {
      return;
    }
    if ((token.flags() & PIN_LOCKED) != 0) {
      throw new AssayException(
          Code.KEY_PASSWORD,
          "the PIN of the token " + Text.quote(token.label()) + " is locked",
          "unlock it with the token's own tool and its PUK or SO PIN");
    }
    if ((token.flags() & PIN_FINAL_TRY) != 0) {
      settings.notice().accept("one try is left before the token's PIN is locked");
    } else if ((token.flags() & PIN_COUNT_LOW) != 0) {
      settings.notice().accept("a wrong PIN was tried before; few tries are left");
    }
    if (hasKeypad()) {
      ask(new Wire.Message(Wire.LOGIN).number(0));
      return;
    }
    byte[] entered = pin();
    typed = entered;
    ask(new Wire.Message(Wire.LOGIN).number(1).bytes(entered));
  }

  List<TokenObject> privateKeys() {
    return objects(Cryptoki.CKO_PRIVATE_KEY);
  }

  /** Public keys and certificates. */
  List<TokenObject> visible() {
    List<TokenObject> out = new ArrayList<>(objects(Cryptoki.CKO_PUBLIC_KEY));
    out.addAll(objects(Cryptoki.CKO_CERTIFICATE));
    return out;
  }

  private List<TokenObject> objects(long type) {
    try {
      return TokenObject.read(ask(new Wire.Message(Wire.FIND).number(type)));
    } catch (IOException e) {
      throw host.broken();
    }
  }

  /**
   * A private key's public key: of its public object, of its certificate, or what it tells itself.
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE} if the token does not tell it
   */
  PublicKey publicKeyOf(TokenObject key) {
    for (TokenObject object : visible()) {
      if (object.belongsTo(key)) {
        Optional<PublicKey> found = object.publicKey();
        if (found.isPresent()) {
          return found.get();
        }
      }
    }
    return key.publicKey()
        .orElseThrow(() ->
            new AssayException(
                Code.KEY_UNREADABLE,
                "the token does not tell the public key of " + uri(key),
                "store its public key or its certificate in the token, with the same id"));
  }

  String uri(TokenObject object) {
    return Pkcs11Uri.of(token, object.label(), object.id(), Optional.empty());
  }

  @Override
  public void close() {
    forgetPin();
    host.close();
  }
}
