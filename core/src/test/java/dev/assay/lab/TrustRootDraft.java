package dev.assay.lab;

import dev.assay.bytes.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A trusted_root.json in the making (sigstore_trustroot.proto, TrustedRoot). */
public final class TrustRootDraft {

  private static final class Member {
    private final Object what;
    private Optional<Instant> from;
    private Optional<Instant> to = Optional.empty();
    private Optional<String> operator = Optional.empty();

    private Member(Object what, Instant from) {
      this.what = what;
      this.from = Optional.of(from);
    }
  }

  private final Instant start;
  private final List<Member> members = new ArrayList<>();
  private String mediaType = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";

  TrustRootDraft(Instant start) {
    this.start = start;
  }

  /**
   * Adds a {@link RekorLog}, {@link CtLog}, {@link CertificateAuthority} or {@link
   * TimestampAuthority}.
   */
  public TrustRootDraft add(Object member) {
    members.add(new Member(member, start));
    return this;
  }

  /** Removes a member. */
  public TrustRootDraft without(Object member) {
    if (!members.removeIf(m -> m.what.equals(member))) {
      throw new IllegalArgumentException("no such member");
    }
    return this;
  }

  /** Replaces a member, keeping its window and operator. */
  public TrustRootDraft replace(Object member, Object other) {
    Member old = member(member);
    Member fresh = new Member(other, start);
    fresh.from = old.from;
    fresh.to = old.to;
    fresh.operator = old.operator;
    members.set(members.indexOf(old), fresh);
    return this;
  }

  /** When a member counts, both ends inclusive. */
  public TrustRootDraft window(Object member, Instant from, Instant to) {
    member(member).from = Optional.of(from);
    member(member).to = Optional.of(to);
    return this;
  }

  /** Leaves the start of a member's window out. */
  public TrustRootDraft withoutStart(Object member) {
    member(member).from = Optional.empty();
    return this;
  }

  /** Who runs a member. */
  public TrustRootDraft operator(Object member, String name) {
    member(member).operator = Optional.of(name);
    return this;
  }

  /** Names the format otherwise. */
  public TrustRootDraft mediaType(String value) {
    mediaType = value;
    return this;
  }

  /** The document. */
  public Json.Obj json() {
    List<Json> logs = new ArrayList<>();
    List<Json> authorities = new ArrayList<>();
    List<Json> certificateLogs = new ArrayList<>();
    List<Json> timestamps = new ArrayList<>();
    for (Member member : members) {
      switch (member.what) {
        case RekorLog log -> logs.add(log(member, log.baseUrl(), log.key(), log.id()));
        case CtLog log -> certificateLogs.add(log(member, log.baseUrl(), log.key(), log.id()));
        case CertificateAuthority ca ->
            authorities.add(authority(member, "https://fulcio.example", ca.chain()));
        case TimestampAuthority tsa -> timestamps.add(authority(member, tsa.uri(), tsa.chain()));
        default -> throw new IllegalArgumentException("not a member: " + member.what);
      }
    }
    return Json.object()
        .put("mediaType", mediaType)
        .put("tlogs", logs)
        .put("certificateAuthorities", authorities)
        .put("ctlogs", certificateLogs)
        .put("timestampAuthorities", timestamps)
        .build();
  }

  /** The document as a file holds it. */
  public byte[] bytes() {
    return Der.utf8(json().pretty());
  }

  private Member member(Object what) {
    for (Member member : members) {
      if (member.what.equals(what)) {
        return member;
      }
    }
    throw new IllegalArgumentException("no such member");
  }

  private static Json window(Member member) {
    return Json.object()
        .putIf("start", member.from.map(Instant::toString))
        .putIf("end", member.to.map(Instant::toString))
        .build();
  }

  private static Json log(Member member, String url, LabKey key, byte[] id) {
    return Json.object()
        .put("baseUrl", url)
        .put("hashAlgorithm", "SHA2_256")
        .put(
            "publicKey",
            Json.object()
                .put("rawBytes", Der.base64(key.spki()))
                .put("keyDetails", key.kind().keyDetails())
                .put("validFor", window(member)))
        .put("logId", Json.object().put("keyId", Der.base64(id)))
        .putIf("operator", member.operator)
        .build();
  }

  private static Json authority(Member member, String uri, List<LabCertificate> chain) {
    List<Json> certificates = new ArrayList<>();
    for (LabCertificate certificate : chain) {
      certificates.add(Json.object().put("rawBytes", Der.base64(certificate.der())).build());
    }
    return Json.object()
        .put(
            "subject",
            Json.object()
                .put("organization", "example")
                .put("commonName", chain.getLast().subject().toString()))
        .put("uri", uri)
        .put("certChain", Json.object().put("certificates", certificates))
        .put("validFor", window(member))
        .putIf("operator", member.operator)
        .build();
  }
}
