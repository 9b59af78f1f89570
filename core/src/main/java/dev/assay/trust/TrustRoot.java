package dev.assay.trust;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whom a verifier believes besides the signer (sigstore_trustroot.proto, TrustedRoot): logs,
 * certificate authorities and timestamp authorities, each for a time.
 *
 * @param digest of the document it was read from: what a verdict names as the root it rests on
 * @param logs transparency logs of signatures (Rekor)
 * @param authorities issuers of signing certificates (Fulcio)
 * @param certificateLogs certificate transparency logs
 * @param timestampAuthorities RFC 3161 authorities
 */
public record TrustRoot(
    Digest digest,
    List<Log> logs,
    List<Authority> authorities,
    List<Log> certificateLogs,
    List<Authority> timestampAuthorities) {

  public TrustRoot {
    logs = List.copyOf(logs);
    authorities = List.copyOf(authorities);
    certificateLogs = List.copyOf(certificateLogs);
    timestampAuthorities = List.copyOf(timestampAuthorities);
  }

  /**
   * A log. Its key is read when it is first asked for, where the document was bound by a hash to
   * metadata that is trusted: a command uses few of the keys of a trust root.
   */
  public static final class Log {

    private final String baseUrl;
    private final Supplier<PublicKey> source;
    private final SignatureScheme scheme;
    private final LogId id;
    private final Window validFor;
    private final Optional<String> operator;
    private final Optional<LogId> checkpointKeyId;
    // Immutable, so it does not matter which thread sets it.
    private @Nullable PublicKey key;

    /**
     * @param baseUrl as the document writes it, with or without a scheme; its host is the origin of
     *     a Rekor v2 log
     * @param key of the log
     * @param scheme how the log signs
     * @param id what entries name the log by: SHA-256 of its SubjectPublicKeyInfo where the
     *     document does not say otherwise
     * @param validFor when its signatures count
     * @param operator who runs it; absent: the log counts as an operator of its own
     * @param checkpointKeyId what its checkpoints name its key by (version 0.2); absent: the id
     */
    public Log(
        String baseUrl,
        PublicKey key,
        SignatureScheme scheme,
        LogId id,
        Window validFor,
        Optional<String> operator,
        Optional<LogId> checkpointKeyId) {
      this(baseUrl, () -> key, scheme, id, validFor, operator, checkpointKeyId);
    }

    /** A log whose checkpoints name its key by the log's id. */
    public Log(
        String baseUrl,
        PublicKey key,
        SignatureScheme scheme,
        LogId id,
        Window validFor,
        Optional<String> operator) {
      this(baseUrl, key, scheme, id, validFor, operator, Optional.empty());
    }

    Log(
        String baseUrl,
        Supplier<PublicKey> source,
        SignatureScheme scheme,
        LogId id,
        Window validFor,
        Optional<String> operator,
        Optional<LogId> checkpointKeyId) {
      this.baseUrl = baseUrl;
      this.source = source;
      this.scheme = scheme;
      this.id = id;
      this.validFor = validFor;
      this.operator = operator;
      this.checkpointKeyId = checkpointKeyId;
    }

    /** As the document writes it, with or without a scheme. */
    public String baseUrl() {
      return baseUrl;
    }

    /**
     * The log's key.
     *
     * @throws AssayException with {@link Code#BAD_TRUST_ROOT} if it cannot be read
     */
    public PublicKey key() {
      PublicKey read = key;
      if (read == null) {
        read = source.get();
        key = read;
      }
      return read;
    }

    public SignatureScheme scheme() {
      return scheme;
    }

    /** What entries and timestamps name the log by. */
    public LogId id() {
      return id;
    }

    public Window validFor() {
      return validFor;
    }

    public Optional<String> operator() {
      return operator;
    }

    /** What checkpoints name its key by, where that is not the id. */
    public Optional<LogId> checkpointKeyId() {
      return checkpointKeyId;
    }

    /** Whom a threshold counts once: the operator, or the log where nobody is named. */
    public String party() {
      return operator.filter(o -> !o.isBlank()).map(o -> "operator " + o).orElse("log " + id.hex());
    }

    /** The host of the base URL, without scheme, port and path. */
    public String host() {
      String rest = baseUrl;
      int scheme = rest.indexOf("://");
      if (scheme >= 0) {
        rest = rest.substring(scheme + 3);
      }
      for (int i = 0; i < rest.length(); i++) {
        char c = rest.charAt(i);
        if (c == '/' || c == ':' || c == '?' || c == '#') {
          return rest.substring(0, i);
        }
      }
      return rest;
    }
  }

  /**
   * An issuer of certificates or of timestamps. Its certificates are read when they are first asked
   * for, as a log's key is.
   */
  public static final class Authority {

    private final String uri;
    private final Supplier<List<Certificate>> source;
    private final Window validFor;
    private final Optional<String> operator;
    private @Nullable List<Certificate> chain;

    /**
     * @param uri where it answers
     * @param chain its certificates, the root last; never empty. For a timestamp authority the
     *     first may be the one that signs tokens
     * @param validFor when what it signed counts
     * @param operator who runs it; absent: the authority counts as an operator of its own
     */
    public Authority(
        String uri, List<Certificate> chain, Window validFor, Optional<String> operator) {
      this(uri, fixed(List.copyOf(chain)), validFor, operator);
    }

    Authority(
        String uri,
        Supplier<List<Certificate>> source,
        Window validFor,
        Optional<String> operator) {
      this.uri = uri;
      this.source = source;
      this.validFor = validFor;
      this.operator = operator;
    }

    private static Supplier<List<Certificate>> fixed(List<Certificate> chain) {
      return () -> chain;
    }

    public String uri() {
      return uri;
    }

    /**
     * Its certificates, the root last; never empty.
     *
     * @throws AssayException with {@link Code#BAD_TRUST_ROOT} if one cannot be read
     */
    public List<Certificate> chain() {
      List<Certificate> read = chain;
      if (read == null) {
        read = source.get();
        chain = read;
      }
      return read;
    }

    public Window validFor() {
      return validFor;
    }

    public Optional<String> operator() {
      return operator;
    }

    /** The end of the chain, trusted as it is. */
    public Certificate root() {
      return chain().getLast();
    }

    /** Whom a threshold counts once. */
    public String party() {
      return operator
          .filter(o -> !o.isBlank())
          .map(o -> "operator " + o)
          .orElse("authority " + root().id());
    }
  }
}
