package dev.assay.trust;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads {@code trusted_root.json} (sigstore_trustroot.proto, TrustedRoot, as proto3 JSON), in its
 * three media types. Unknown members, unknown algorithms and keys that are not what they are said
 * to be refuse the whole document: a root of which a part is left out is another root.
 *
 * <p>A log without the start of its validity is read, and has no {@link Window#start()}: its
 * signatures do not count (client specification of Sigstore, section 4.2), which is for the
 * verifier to say.
 */
public final class TrustRootReader {

  /** What {@code trustedroot+json} says it is. */
  public static final String MEDIA_TYPE_V01 =
      "application/vnd.dev.sigstore.trustedroot+json;version=0.1";

  private static final List<String> MEDIA_TYPES =
      List.of(
          MEDIA_TYPE_V01,
          "application/vnd.dev.sigstore.trustedroot.v0.1+json",
          "application/vnd.dev.sigstore.trustedroot.v0.2+json");

  private static final int MAX_KEY_ID_BYTES = 64;

  // Whether keys and certificates are read when they are first asked for.
  private final boolean lazy;

  private TrustRootReader(boolean lazy) {
    this.lazy = lazy;
  }

  /**
   * Reads one trust root of at most {@link Limits#DOCUMENT_BYTES}.
   *
   * @throws AssayException with {@link Code#BAD_TRUST_ROOT}, naming the place
   */
  public static TrustRoot read(byte[] document) {
    return new TrustRootReader(false).document(document);
  }

  /**
   * As {@link #read}, for a document that was read before and has not changed since, because a
   * trusted hash names it or it is a part of the product. Keys and certificates are read when they
   * are first asked for; one that cannot be read is {@link Code#BAD_TRUST_ROOT} then. Of a trust
   * root that takes 20 ms in a short command most use a third or less.
   */
  public static TrustRoot readKnown(byte[] document) {
    return new TrustRootReader(true).document(document);
  }

  private TrustRoot document(byte[] document) {
    try {
      return read(Json.parse(document, Limits.DOCUMENT_BYTES), Hashes.sha256Digest(document));
    } catch (AssayException e) {
      throw named(e);
    }
  }

  /**
   * Reads one trust root, or several, one a line (the {@code trusted_root.jsonl} that {@code gh
   * attestation trusted-root} prints); at least one.
   *
   * @throws AssayException with {@link Code#BAD_TRUST_ROOT}, naming the line and the place
   */
  public static List<TrustRoot> readAll(byte[] document) {
    return new TrustRootReader(false).documents(document);
  }

  /** As {@link #readAll}, for a document as {@link #readKnown} takes it. */
  public static List<TrustRoot> readAllKnown(byte[] document) {
    return new TrustRootReader(true).documents(document);
  }

  private List<TrustRoot> documents(byte[] document) {
    List<byte[]> lines = lines(document);
    if (lines.size() < 2 || !isObject(lines.getFirst())) {
      return List.of(document(document));
    }
    List<TrustRoot> out = new ArrayList<>();
    for (byte[] line : lines) {
      try {
        out.add(document(line));
      } catch (AssayException e) {
        throw new AssayException(
            Code.BAD_TRUST_ROOT, "document " + (out.size() + 1) + ": " + e.getMessage(), e);
      }
    }
    return out;
  }

  // Lines that are not blank; at most one more than are accepted.
  private static List<byte[]> lines(byte[] document) {
    if (document.length > Limits.DOCUMENT_BYTES) {
      throw new AssayException(Code.BAD_TRUST_ROOT, "trust roots of " + document.length + " bytes");
    }
    List<byte[]> out = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= document.length; i++) {
      if (i == document.length || document[i] == '\n') {
        if (!blank(document, start, i)) {
          byte[] line = new byte[i - start];
          System.arraycopy(document, start, line, 0, line.length);
          out.add(line);
          if (out.size() == 1 && !isObject(line)) {
            return out;
          }
          if (out.size() > Limits.TRUST_ROOTS) {
            throw new AssayException(
                Code.BAD_TRUST_ROOT, "more than " + Limits.TRUST_ROOTS + " trust roots");
          }
        }
        start = i + 1;
      }
    }
    return out;
  }

  private static boolean blank(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
        return false;
      }
    }
    return true;
  }

  private static boolean isObject(byte[] line) {
    int end = line.length - 1;
    while (end > 0 && (line[end] == '\r' || line[end] == ' ' || line[end] == '\t')) {
      end--;
    }
    return end > 0 && line[end] == '}';
  }

  private TrustRoot read(Json json, Digest digest) {
    Fields f = Fields.of(json, "trusted root", Code.BAD_TRUST_ROOT);
    String mediaType = f.string("mediaType");
    if (!MEDIA_TYPES.contains(mediaType)) {
      throw f.bad("mediaType", "not a trusted root that is known: " + Text.quote(mediaType));
    }
    TrustRoot root =
        new TrustRoot(
            digest,
            logs(f, "tlogs"),
            authorities(f, "certificateAuthorities"),
            logs(f, "ctlogs"),
            authorities(f, "timestampAuthorities"));
    f.done(Code.BAD_TRUST_ROOT);
    return root;
  }

  private List<TrustRoot.Log> logs(Fields root, String name) {
    List<TrustRoot.Log> out = new ArrayList<>();
    for (Fields f : root.objects(name, Limits.TRUST_ROOT_ENTRIES)) {
      out.add(log(f));
    }
    return out;
  }

  private TrustRoot.Log log(Fields f) {
    String baseUrl = f.optionalString("baseUrl").orElse("");
    String hash = f.string("hashAlgorithm");
    if (!hash.equals("SHA2_256")) {
      throw f.bad("hashAlgorithm", "not the hash of a log that is known: " + Text.quote(hash));
    }
    Fields k = f.object("publicKey");
    String details = k.string("keyDetails");
    byte[] raw = k.base64("rawBytes");
    String path = f.at("publicKey");
    KeyDetails kind = KeyDetails.named(details, path);
    Supplier<PublicKey> key = once(() -> kind.key(raw), path);
    Window validFor = window(k, "validFor");
    k.done(Code.BAD_TRUST_ROOT);
    LogId id = id(f, "logId").orElseGet(() -> LogId.of(Hashes.sha256(kind.spki(raw))));
    Optional<LogId> checkpointId = id(f, "checkpointKeyId");
    Optional<String> operator = f.optionalString("operator");
    f.done(Code.BAD_TRUST_ROOT);
    return new TrustRoot.Log(baseUrl, key, kind.scheme(), id, validFor, operator, checkpointId);
  }

  // What reads it, or what it is, read now.
  private <T> Supplier<T> once(Supplier<T> source, String path) {
    Supplier<T> named =
        () -> {
          try {
            return source.get();
          } catch (AssayException e) {
            throw new AssayException(Code.BAD_TRUST_ROOT, path + ": " + e.getMessage(), e);
          }
        };
    if (lazy) {
      return named;
    }
    T read = named.get();
    return () -> read;
  }

  private static Optional<LogId> id(Fields f, String name) {
    Optional<Fields> object = f.optionalObject(name);
    if (object.isEmpty()) {
      return Optional.empty();
    }
    byte[] id = object.get().base64("keyId");
    if (id.length == 0 || id.length > MAX_KEY_ID_BYTES) {
      throw object.get().bad("keyId", "an id of " + id.length + " bytes");
    }
    object.get().done(Code.BAD_TRUST_ROOT);
    return Optional.of(LogId.of(id));
  }

  private List<TrustRoot.Authority> authorities(Fields root, String name) {
    List<TrustRoot.Authority> out = new ArrayList<>();
    for (Fields f : root.objects(name, Limits.TRUST_ROOT_ENTRIES)) {
      out.add(authority(f));
    }
    return out;
  }

  private TrustRoot.Authority authority(Fields f) {
    Optional<Fields> subject = f.optionalObject("subject");
    if (subject.isPresent()) {
      // What the certificates say counts.
      subject.get().optionalString("organization");
      subject.get().optionalString("commonName");
      subject.get().done(Code.BAD_TRUST_ROOT);
    }
    String uri = f.optionalString("uri").orElse("");
    Fields chain = f.object("certChain");
    List<byte[]> ders = new ArrayList<>();
    for (Fields c : chain.objects("certificates", Limits.TRUST_ROOT_CHAIN)) {
      ders.add(c.base64("rawBytes"));
      c.done(Code.BAD_TRUST_ROOT);
    }
    if (ders.isEmpty()) {
      throw chain.bad("certificates", "none");
    }
    Supplier<List<Certificate>> certificates =
        once(() -> certificates(ders), chain.at("certificates"));
    chain.done(Code.BAD_TRUST_ROOT);
    Window validFor = window(f, "validFor");
    Optional<String> operator = f.optionalString("operator");
    f.done(Code.BAD_TRUST_ROOT);
    return new TrustRoot.Authority(uri, certificates, validFor, operator);
  }

  private static List<Certificate> certificates(List<byte[]> ders) {
    List<Certificate> out = new ArrayList<>();
    for (byte[] der : ders) {
      out.add(Certificate.parse(der));
    }
    return List.copyOf(out);
  }

  private static Window window(Fields f, String name) {
    Optional<Fields> range = f.optionalObject(name);
    if (range.isEmpty()) {
      return Window.ALWAYS;
    }
    Optional<Instant> start = time(range.get(), "start");
    Optional<Instant> end = time(range.get(), "end");
    range.get().done(Code.BAD_TRUST_ROOT);
    if (start.isPresent() && end.isPresent() && end.get().isBefore(start.get())) {
      throw f.bad(name, "ends before it begins");
    }
    return new Window(start, end);
  }

  private static Optional<Instant> time(Fields f, String name) {
    Optional<String> text = f.optionalString(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Instant> time = Rfc3339.parse(text.get());
    if (time.isEmpty()) {
      throw f.bad(name, "not an RFC 3339 time: " + Text.quote(text.get()));
    }
    return time;
  }

  private static AssayException named(AssayException e) {
    return e.code() == Code.BAD_TRUST_ROOT
        ? e
        : new AssayException(Code.BAD_TRUST_ROOT, "trusted root: " + e.getMessage(), e);
  }
}
