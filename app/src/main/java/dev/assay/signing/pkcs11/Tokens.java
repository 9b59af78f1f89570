package dev.assay.signing.pkcs11;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import dev.assay.signing.KeySettings;
import dev.assay.signing.Signer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keys in tokens, by their URI. */
public final class Tokens {

  /** What a reference to a key in a token begins with. */
  public static final String SCHEME = Pkcs11Uri.SCHEME;

  private Tokens() {}

  /**
   * A key that a token shows without a PIN.
   *
   * @param uri names it
   * @param key absent where it is of a kind that is not used here
   */
  public record Listed(String uri, Optional<PublicKey> key) {}

  /**
   * Logs in to a token and finds the key.
   *
   * @throws AssayException with {@link Code#KEY_UNREADABLE} for a URI that names no key, several,
   *     or is none, {@link Code#KEY_PASSWORD} for the PIN, {@link Code#KEY_UNSUPPORTED} for a key
   *     of another kind, {@link Code#SIGNING_FAILED} for what the module does
   */
  public static Signer signer(String uri, KeySettings settings) {
    Pkcs11Uri parsed = Pkcs11Uri.parse(uri);
    TokenSession session = TokenSession.open(parsed, settings, false);
    try {
      session.login();
      TokenObject key = one(parsed, session.privateKeys(), session);
      return new TokenSigner(session, key, session.publicKeyOf(key));
    } catch (AssayException e) {
      session.close();
      throw e;
    }
  }

  /**
   * The public key; without a PIN where the token shows it.
   *
   * @throws AssayException as {@link #signer}
   */
  public static PublicKey publicKey(String uri, KeySettings settings) {
    Pkcs11Uri parsed = Pkcs11Uri.parse(uri);
    try (TokenSession session = TokenSession.open(parsed, settings, false)) {
      List<PublicKey> seen = new ArrayList<>();
      for (TokenObject object : session.visible()) {
        if (parsed.matchesObject(object.label(), object.id())) {
          object.publicKey().filter(k -> !seen.contains(k)).ifPresent(seen::add);
        }
      }
      if (seen.size() == 1) {
        return seen.getFirst();
      }
      session.login();
      return session.publicKeyOf(one(parsed, session.privateKeys(), session));
    }
  }

  /**
   * The keys of all tokens of a module, as they are seen without a PIN.
   *
   * @throws AssayException as {@link #signer}
   */
  public static List<Listed> list(Path module, KeySettings settings) {
    List<Listed> out = new ArrayList<>();
    List<Cryptoki.TokenInfo> tokens;
    try (HostProcess host = HostProcess.start(module, settings)) {
      tokens = TokenSession.tokens(host);
    }
    for (Cryptoki.TokenInfo token : tokens) {
      // A session of one token in a process of its own: one that hangs takes no other with it.
      try (TokenSession session =
          TokenSession.open(HostProcess.start(module, settings), token, settings, false)) {
        List<String> seen = new ArrayList<>();
        for (TokenObject object : session.visible()) {
          String uri =
              Pkcs11Uri.of(token, object.label(), object.id(), Optional.of(module.toString()));
          if (!seen.contains(uri)) {
            seen.add(uri);
            out.add(new Listed(uri, readable(object)));
          }
        }
      }
    }
    return out;
  }

  private static Optional<PublicKey> readable(TokenObject object) {
    try {
      return object.publicKey();
    } catch (AssayException e) {
      return Optional.empty();
    }
  }

  /**
   * Makes a key pair in a token, whose private half cannot leave it.
   *
   * @param uri has an object (its name) and may have an id; a random one of 8 bytes otherwise
   * @param algorithm ECDSA P-256, P-384, P-521 or Ed25519
   * @throws AssayException as {@link #signer}, and with {@link Code#FILE_EXISTS} if the token has a
   *     key of that name or id
   */
  public static PublicKey generate(String uri, KeyAlgorithm algorithm, KeySettings settings) {
    Pkcs11Uri parsed = Pkcs11Uri.parse(uri);
    String label =
        parsed
            .text("object")
            .orElseThrow(() ->
                new AssayException(
                    Code.USAGE, "a new key needs a name: ;object=NAME in the PKCS#11 URI"));
    byte[] parameters =
        Hex.decode(
            switch (algorithm) {
              case ECDSA_P256 -> TokenObject.P256;
              case ECDSA_P384 -> TokenObject.P384;
              case ECDSA_P521 -> TokenObject.P521;
              case ED25519 -> TokenObject.ED25519_NAME;
              default ->
                  throw new AssayException(
                      Code.KEY_UNSUPPORTED,
                      "keys of the kind " + algorithm.id() + " are not made in tokens",
                      "one of: ecdsa-p256, ecdsa-p384, ecdsa-p521, ed25519");
            });
    try (TokenSession session = TokenSession.open(parsed, settings, true)) {
      session.login();
      byte[] id = parsed.id().orElseGet(Tokens::newId);
      for (TokenObject object : session.privateKeys()) {
        if (object.label().equals(label) || java.util.Arrays.equals(object.id(), id)) {
          throw new AssayException(
              Code.FILE_EXISTS,
              "the token has a key of that name or id: " + session.uri(object),
              "choose another object and id");
        }
      }
      long mechanism =
          algorithm == KeyAlgorithm.ED25519
              ? Cryptoki.CKM_EC_EDWARDS_KEY_PAIR_GEN
              : Cryptoki.CKM_EC_KEY_PAIR_GEN;
      session.ask(
          new Wire.Message(Wire.GENERATE)
              .number(mechanism)
              .bytes(parameters)
              .bytes(label.getBytes(StandardCharsets.UTF_8))
              .bytes(id));
      for (TokenObject object : session.privateKeys()) {
        if (object.label().equals(label) && java.util.Arrays.equals(object.id(), id)) {
          return session.publicKeyOf(object);
        }
      }
      throw new AssayException(Code.SIGNING_FAILED, "the token does not show the key it made");
    }
  }

  private static byte[] newId() {
    byte[] id = new byte[8];
    new SecureRandom().nextBytes(id);
    return id;
  }

  private static TokenObject one(Pkcs11Uri uri, List<TokenObject> keys, TokenSession session) {
    List<TokenObject> matching =
        keys.stream().filter(k -> uri.matchesObject(k.label(), k.id())).toList();
    if (matching.size() == 1) {
      return matching.getFirst();
    }
    List<TokenObject> shown = matching.isEmpty() ? keys : matching;
    String list =
        shown.stream().limit(20).map(session::uri).reduce((a, b) -> a + "\n  " + b).orElse("none");
    throw new AssayException(
        Code.KEY_UNREADABLE,
        matching.isEmpty()
            ? "the token has no private key that matches " + uri
            : matching.size() + " private keys match " + uri,
        Optional.of("private keys in the token: " + Text.printable(list.replace("\n ", ","))),
        null);
  }
}
