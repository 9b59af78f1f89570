package dev.assay.cli;

import dev.assay.attest.PredicateTypes;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.RevocationList;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.HardwareBacking;
import dev.assay.trust.NamePattern;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Requirement;
import dev.assay.verify.Trust;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the options of {@code verify} ask for, checked.
 *
 * @param signers who is trusted; empty with a policy, which names its own
 * @param annotations what each signature must say of the subject
 * @param at the time for which the verdict shall hold; absent: now
 * @param offline whether no network may be used
 * @param notes what was not looked at because of that
 */
record VerifyRequest(
    List<Signer> signers,
    Optional<String> policy,
    Optional<String> type,
    int threshold,
    Map<String, String> annotations,
    Trust trust,
    Optional<Instant> at,
    boolean offline,
    List<String> notes) {

  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
  private static final List<String> HARDWARE =
      List.of("registration", "registrar", "require-hardware", "hardware-roots", "attestation-key");

  List<Requirement> requirements() {
    return List.of(
        type.isPresent()
            ? new Requirement.Attestation("attestation", type.get(), signers)
            : new Requirement.Signature(signers, threshold, annotations));
  }

  Instant time(Context context) {
    return at.orElseGet(() -> context.clock().instant().truncatedTo(ChronoUnit.MILLIS));
  }

  static VerifyRequest of(Arguments arguments, Context context) {
    Optional<String> policy = arguments.value("policy");
    List<Signer> signers = new ArrayList<>(keys(arguments, context));
    signers.addAll(identities(arguments, context));
    boolean ssh = arguments.value("ssh-signature").isPresent();
    if (!signers.isEmpty() && policy.isPresent()) {
      throw new AssayException(
          Code.USAGE,
          "--key and --identity do not go with --policy: a policy names its own signers");
    }
    if (ssh && (!signers.isEmpty() || policy.isPresent())) {
      throw new AssayException(
          Code.USAGE, "--ssh-signature goes with --allowed-signers, which says who may sign");
    }
    if (signers.isEmpty() && policy.isEmpty() && !ssh) {
      throw new AssayException(
          Code.USAGE,
          "--key, --identity or --policy is needed: somebody has to be trusted",
          "assay verify --key release.pub " + Text.printable(arguments.operand(0)));
    }
    if (!ssh) {
      for (String option : List.of("allowed-signers", "revoked-keys", "namespace", "principal")) {
        if (arguments.value(option).isPresent()) {
          throw new AssayException(Code.USAGE, "--" + option + " goes with --ssh-signature");
        }
      }
    }
    Optional<String> type = arguments.value("type").map(PredicateTypes::resolve);
    if (policy.isPresent() && (type.isPresent() || arguments.value("threshold").isPresent())) {
      throw new AssayException(
          Code.USAGE, "--type and --threshold go with --key and --identity; a policy has its own");
    }
    if (arguments.flag("print-predicate") && type.isEmpty()) {
      throw new AssayException(Code.USAGE, "--print-predicate goes with --type");
    }
    Map<String, String> annotations = SignCommand.annotations(arguments);
    if (!annotations.isEmpty() && (policy.isPresent() || type.isPresent() || ssh)) {
      throw new AssayException(
          Code.USAGE,
          "--annotation goes with signatures by --key and --identity: not with --policy, --type or"
              + " --ssh-signature");
    }
    int threshold = arguments.value("threshold").map(VerifyRequest::number).orElse(1);
    if (!signers.isEmpty() && threshold > signers.size()) {
      throw new AssayException(
          Code.USAGE,
          "--threshold " + threshold + " with " + Outputs.count(signers.size(), "distinct signer"));
    }
    Optional<Instant> at = arguments.value("at").map(VerifyRequest::time);
    boolean offline = arguments.flag("offline");
    return new VerifyRequest(
        signers,
        policy,
        type,
        threshold,
        annotations,
        trust(arguments, context, at),
        at,
        offline,
        offline ? notLookedAt(signers, arguments, context, at) : List.of());
  }

  // A key that was asked for with its hardware counts only with it.
  private static List<TrustedKey> keys(Arguments arguments, Context context) {
    List<TrustedKey> keys = Keys.trusted(arguments.values("key"), context);
    if (HARDWARE.stream().allMatch(o -> arguments.values(o).isEmpty())
        || arguments.value("ssh-signature").isPresent()) {
      return keys;
    }
    HardwareBacking backing = HardwareOptions.backing(arguments, context).orElseThrow();
    if (keys.size() != 1) {
      throw new AssayException(
          Code.USAGE, "--registration goes with one --key, of which it is; found " + keys.size());
    }
    return List.of(keys.getFirst().backedBy(backing));
  }

  // No command asks logs or authorities; without a network nobody can have updated what is known.
  private static List<String> notLookedAt(
      List<Signer> signers, Arguments arguments, Context context, Optional<Instant> at) {
    boolean byTrustRoot = false;
    List<String> out = new ArrayList<>();
    for (Signer signer : signers) {
      if (signer instanceof CertificateSigner c && c.own().isPresent()) {
        out.add(notLookedAt(c.own().get()));
      } else if (signer instanceof CertificateSigner) {
        byTrustRoot = true;
      }
    }
    if (byTrustRoot) {
      List<String> files = arguments.values("trust-root");
      out.add(
          "offline: no newer trust root was looked for; "
              + (files.isEmpty()
                  ? TrustOptions.age(context, at)
                  : "how old " + String.join(", ", files) + " is, it does not say"));
      out.add(
          "offline: no log and no authority was asked; what they signed is in the evidence, and"
              + " was verified");
    }
    return out.stream().distinct().toList();
  }

  private static String notLookedAt(CertificateSigner.OwnAuthorities own) {
    if (own.revoked().isEmpty()) {
      return "offline: whether a certificate is revoked was not looked at; --crl takes the lists";
    }
    Instant oldest = own.revoked().getFirst().thisUpdate();
    for (RevocationList list : own.revoked()) {
      oldest = list.thisUpdate().isBefore(oldest) ? list.thisUpdate() : oldest;
    }
    return "offline: no newer revocation list was looked for; the oldest given is of " + oldest;
  }

  private static Trust trust(Arguments arguments, Context context, Optional<Instant> at) {
    Trust trust = TrustOptions.trust(arguments.values("trust-root"), context, at);
    return arguments.flag("require-time") ? trust.demanding(trust.demands().withTime()) : trust;
  }

  private static List<Signer> identities(Arguments arguments, Context context) {
    List<NamePattern> names = patterns(arguments, "identity");
    List<NamePattern> issuers = patterns(arguments, "issuer");
    Map<String, NamePattern> claims = claims(arguments.values("claim"));
    Optional<CertificateSigner.OwnAuthorities> own = own(arguments, context);
    if (names.isEmpty()) {
      if (!issuers.isEmpty() || own.isPresent() || !claims.isEmpty()) {
        throw new AssayException(
            Code.USAGE,
            "--identity is needed: without a name, anybody whom the issuer vouches for could sign",
            "--identity NAME, or --identity-regexp for several");
      }
      return List.of();
    }
    if (own.isPresent() && (!issuers.isEmpty() || !claims.isEmpty())) {
      throw new AssayException(
          Code.USAGE, "--issuer and --claim speak of the trust root's certificates, not of --ca's");
    }
    if (own.isEmpty() && issuers.size() != 1 && issuers.size() != names.size()) {
      throw new AssayException(
          Code.USAGE,
          issuers.isEmpty()
              ? "--issuer is needed: any identity provider vouches for any name"
              : issuers.size() + " issuers for " + names.size() + " identities; one or as many",
          "--issuer https://token.actions.githubusercontent.com");
    }
    List<Signer> out = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      NamePattern name = names.get(i);
      Optional<NamePattern> issuer =
          own.isPresent()
              ? Optional.empty()
              : Optional.of(issuers.get(issuers.size() == 1 ? 0 : i));
      out.add(
          new CertificateSigner(
              name.toString(), issuer, Optional.of(name), Optional.empty(), claims, own));
    }
    return out;
  }

  private static List<NamePattern> patterns(Arguments arguments, String option) {
    List<NamePattern> out = new ArrayList<>();
    arguments.values(option).forEach(v -> out.add(NamePattern.exactly(v)));
    arguments.values(option + "-regexp").forEach(v -> out.add(NamePattern.matching(v)));
    return out;
  }

  private static Map<String, NamePattern> claims(List<String> texts) {
    Map<String, NamePattern> out = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      String name = equals < 0 ? text : text.substring(0, equals);
      if (equals < 0 || !dev.assay.crypto.FulcioClaims.names().contains(name)) {
        throw new AssayException(
            Code.USAGE,
            "--claim takes NAME=VALUE; " + Text.quote(name) + " is no claim",
            "one of " + String.join(", ", dev.assay.crypto.FulcioClaims.names()));
      }
      if (out.put(name, NamePattern.exactly(text.substring(equals + 1))) != null) {
        throw new AssayException(Code.USAGE, "--claim " + name + " is there twice");
      }
    }
    return out;
  }

  private static Optional<CertificateSigner.OwnAuthorities> own(
      Arguments arguments, Context context) {
    Optional<String> file = arguments.value("ca");
    if (file.isEmpty()) {
      if (!arguments.values("crl").isEmpty()) {
        throw new AssayException(Code.USAGE, "--crl goes with --ca");
      }
      return Optional.empty();
    }
    List<Certificate> given =
        Certificate.fromPem(Inputs.read(context, file.get(), Limits.DOCUMENT_BYTES));
    List<Certificate> roots = given.stream().filter(Certificate::selfSigned).toList();
    List<Certificate> others = given.stream().filter(c -> !c.selfSigned()).toList();
    List<RevocationList> revoked = new ArrayList<>();
    for (String list : arguments.values("crl")) {
      revoked.add(
          RevocationList.read(Inputs.read(context, list, Limits.REVOCATION_LIST_BYTES), given));
    }
    // Without a self-signed one, what was given is what is trusted.
    return Optional.of(
        new CertificateSigner.OwnAuthorities(
            roots.isEmpty() ? given : roots,
            roots.isEmpty() ? List.of() : others,
            List.of(CODE_SIGNING),
            revoked));
  }

  List<TrustedKey> keys() {
    List<TrustedKey> out = new ArrayList<>();
    for (Signer signer : signers) {
      if (signer instanceof TrustedKey key) {
        out.add(key);
      }
    }
    return out;
  }

  private static int number(String text) {
    if (!text.matches("[1-9][0-9]{0,3}")) {
      throw new AssayException(Code.USAGE, "--threshold is a number from 1: " + Text.quote(text));
    }
    return Integer.parseInt(text);
  }

  static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new AssayException(
          Code.BAD_TIME, "not an RFC 3339 time: " + Text.quote(text), "like 2026-11-22T12:00:00Z");
    }
  }
}
