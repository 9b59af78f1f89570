package dev.assay.trust;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Hashes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes {@code trusted_root.json} under the media type of version 0.1, which every verifier in use
 * reads. What version 0.2 adds (operators, checkpoint key ids) is written where it is there;
 * verifiers that are strict and older refuse it then.
 */
public final class TrustRootWriter {

  private TrustRootWriter() {}

  /**
   * The document, indented, ending in a newline.
   *
   * @throws AssayException with {@link Code#BAD_TRUST_ROOT} for a key that the format has no name
   *     for
   */
  public static byte[] write(TrustRoot root) {
    return Text.utf8(json(root).pretty());
  }

  /**
   * A trust root of these parts, under the digest its {@linkplain #write document} has.
   *
   * @throws AssayException as {@link #write}
   */
  public static TrustRoot assemble(
      List<TrustRoot.Log> logs,
      List<TrustRoot.Authority> authorities,
      List<TrustRoot.Log> certificateLogs,
      List<TrustRoot.Authority> timestampAuthorities) {
    Digest none = Digest.sha256(new byte[32]);
    TrustRoot draft = new TrustRoot(none, logs, authorities, certificateLogs, timestampAuthorities);
    return new TrustRoot(
        Hashes.sha256Digest(write(draft)),
        logs,
        authorities,
        certificateLogs,
        timestampAuthorities);
  }

  static Json.Obj json(TrustRoot root) {
    return Json.object()
        .put("mediaType", TrustRootReader.MEDIA_TYPE_V01)
        .put("tlogs", logs(root.logs()))
        .put("certificateAuthorities", authorities(root.authorities()))
        .put("ctlogs", logs(root.certificateLogs()))
        .put("timestampAuthorities", authorities(root.timestampAuthorities()))
        .build();
  }

  private static List<Json> logs(List<TrustRoot.Log> logs) {
    List<Json> out = new ArrayList<>();
    for (TrustRoot.Log log : logs) {
      Json.Builder key =
          Json.object()
              .put("rawBytes", Base64s.encode(log.key().spki()))
              .put("keyDetails", KeyDetails.of(log.key(), log.scheme()).name())
              .put("validFor", window(log.validFor()));
      Json.Builder entry =
          Json.object()
              .put("baseUrl", log.baseUrl())
              .put("hashAlgorithm", "SHA2_256")
              .put("publicKey", key)
              .put("logId", id(log.id()));
      if (log.checkpointKeyId().isPresent()) {
        entry.put("checkpointKeyId", id(log.checkpointKeyId().get()));
      }
      out.add(entry.putIf("operator", log.operator()).build());
    }
    return out;
  }

  private static Json.Builder id(LogId id) {
    return Json.object().put("keyId", Base64s.encode(id.value()));
  }

  private static List<Json> authorities(List<TrustRoot.Authority> authorities) {
    List<Json> out = new ArrayList<>();
    for (TrustRoot.Authority authority : authorities) {
      List<Json> chain = new ArrayList<>();
      for (Certificate certificate : authority.chain()) {
        chain.add(Json.object().put("rawBytes", Base64s.encode(certificate.der())).build());
      }
      String name = authority.root().subjectName();
      out.add(
          Json.object()
              .put(
                  "subject",
                  Json.object()
                      .put("organization", attribute(name, "O=").orElse(""))
                      .put("commonName", attribute(name, "CN=").orElse("")))
              .put("uri", authority.uri())
              .put("certChain", Json.object().put("certificates", chain))
              .put("validFor", window(authority.validFor()))
              .putIf("operator", authority.operator())
              .build());
    }
    return out;
  }

  // For display only, as everywhere: an attribute that RFC 4514 had to escape is left out.
  private static Optional<String> attribute(String name, String type) {
    if (name.indexOf('\\') >= 0 || name.indexOf('"') >= 0) {
      return Optional.empty();
    }
    for (String part : name.split(",")) {
      if (part.startsWith(type)) {
        return Optional.of(part.substring(type.length()));
      }
    }
    return Optional.empty();
  }

  private static Json.Builder window(Window window) {
    return Json.object()
        .putIf("start", window.start().map(Object::toString))
        .putIf("end", window.end().map(Object::toString));
  }
}
