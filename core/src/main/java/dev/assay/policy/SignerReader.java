package dev.assay.policy;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.FulcioClaims;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.RevocationList;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustedKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads one of a policy's signers: a key, an identity, or somebody with a company's certificate.
 */
final class SignerReader {

  private static final int MANY = 100;
  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
  private static final List<String> HARDWARE =
      List.of(
          "hardware",
          "registration",
          "registrationFile",
          "registrar",
          "registrarKey",
          "registrarKeyFile");

  private final Function<String, byte[]> files;
  private final Function<String, Optional<Signer>> signers;

  /**
   * @param files reads a file that the policy names
   * @param signers finds a signer that was read before, for those that vouch for others
   */
  SignerReader(Function<String, byte[]> files, Function<String, Optional<Signer>> signers) {
    this.files = files;
    this.signers = signers;
  }

  Signer read(String name, Fields f) {
    Optional<Fields> identity = f.optionalObject("identity");
    Optional<Fields> certificate = f.optionalObject("certificate");
    boolean key = f.has("key") || f.has("keyFile");
    int given = (key ? 1 : 0) + (identity.isPresent() ? 1 : 0) + (certificate.isPresent() ? 1 : 0);
    if (given != 1) {
      throw f.bad(
          "key", "exactly one of key, keyFile, identity and certificate is needed; found " + given);
    }
    if (!key && HARDWARE.stream().anyMatch(f::has)) {
      throw f.bad("hardware", "only a key or keyFile has hardware that is registered");
    }
    if (identity.isPresent()) {
      return identity(name, identity.get());
    }
    return certificate.isPresent() ? certificate(name, certificate.get()) : key(name, f);
  }

  private TrustedKey key(String name, Fields f) {
    Optional<String> inline = f.optionalString("key");
    Optional<String> file = f.optionalString("keyFile");
    if (inline.isPresent() == file.isPresent()) {
      throw f.bad("key", "exactly one of key and keyFile is needed");
    }
    Optional<Instant> notBefore = f.optionalTime("notBefore");
    Optional<Instant> notAfter = f.optionalTime("notAfter");
    Optional<Instant> revokedAt = f.optionalTime("revokedAt");
    byte[] pem = inline.map(Text::utf8).orElseGet(() -> files.apply(file.orElseThrow()));
    PublicKey key;
    try {
      key = PublicKey.fromPem(pem);
    } catch (AssayException e) {
      throw new AssayException(
          e.code(), f.at(inline.isPresent() ? "key" : "keyFile") + ": " + e.getMessage(), e);
    }
    TrustedKey trusted = new TrustedKey(name, key, notBefore, notAfter, revokedAt);
    // Most keys have none of it: what reads it is not loaded for them.
    return HARDWARE.stream().noneMatch(f::has)
        ? trusted
        : new HardwareReader(files, signers).read(trusted, f);
  }

  private static CertificateSigner identity(String name, Fields f) {
    Optional<NamePattern> issuer = pattern(f, "issuer");
    Optional<NamePattern> subject = pattern(f, "subject");
    if (issuer.isEmpty() || subject.isEmpty()) {
      throw f.bad(
          issuer.isEmpty() ? "issuer" : "subject",
          "missing: an identity is a name together with who vouches for it");
    }
    Map<String, NamePattern> claims = new LinkedHashMap<>();
    f.stringMap("claims", MANY).forEach((k, v) -> claims.put(claim(f, k), exactly(f, k, v)));
    f.stringMap("claimsRegExp", MANY)
        .forEach((k, v) -> {
          if (claims.put(claim(f, k), expression(f, "claimsRegExp." + k, v)) != null) {
            throw f.bad("claimsRegExp." + k, "is in claims too");
          }
        });
    f.done(dev.assay.bytes.Code.POLICY_UNKNOWN_KEY);
    return new CertificateSigner(name, issuer, subject, Optional.empty(), claims, Optional.empty());
  }

  private static String claim(Fields f, String name) {
    if (!FulcioClaims.names().contains(name)) {
      throw f.bad("claims." + Text.printable(name), "no claim of that name");
    }
    return name;
  }

  private CertificateSigner certificate(String name, Fields f) {
    Optional<NamePattern> subject = pattern(f, "subject");
    Optional<NamePattern> identity = pattern(f, "alternativeName");
    if (subject.isEmpty() && identity.isEmpty()) {
      throw f.bad("subject", "subject or alternativeName is needed: somebody has to be named");
    }
    List<String> usages = f.strings("extendedKeyUsage", MANY);
    List<Certificate> roots = certificates(f, "roots", "rootsFile");
    List<Certificate> intermediates = certificates(f, "intermediates", "intermediatesFile");
    if (roots.isEmpty()) {
      throw f.bad("roots", "roots or rootsFile is needed");
    }
    List<Certificate> authorities = new ArrayList<>(roots);
    authorities.addAll(intermediates);
    List<RevocationList> revoked = new ArrayList<>();
    for (String pem : f.strings("revocationLists", MANY)) {
      revoked.add(RevocationList.read(Text.utf8(pem), authorities));
    }
    for (String file : f.strings("revocationListFiles", MANY)) {
      revoked.add(RevocationList.read(files.apply(file), authorities));
    }
    f.done(dev.assay.bytes.Code.POLICY_UNKNOWN_KEY);
    return new CertificateSigner(
        name,
        Optional.empty(),
        identity,
        subject,
        Map.of(),
        Optional.of(
            new CertificateSigner.OwnAuthorities(
                roots, intermediates, usages.isEmpty() ? List.of(CODE_SIGNING) : usages, revoked)));
  }

  private List<Certificate> certificates(Fields f, String inline, String file) {
    Optional<String> pem = f.optionalString(inline);
    Optional<String> name = f.optionalString(file);
    if (pem.isPresent() && name.isPresent()) {
      throw f.bad(file, "is there beside " + inline);
    }
    if (pem.isEmpty() && name.isEmpty()) {
      return List.of();
    }
    try {
      return Certificate.fromPem(pem.map(Text::utf8).orElseGet(() -> files.apply(name.get())));
    } catch (AssayException e) {
      throw new AssayException(
          e.code(), f.at(pem.isPresent() ? inline : file) + ": " + e.getMessage(), e);
    }
  }

  // NAME: this and no other; NAMERegExp: an expression that matches all of it.
  private static Optional<NamePattern> pattern(Fields f, String name) {
    Optional<String> exact = f.optionalString(name);
    Optional<String> expression = f.optionalString(name + "RegExp");
    if (exact.isPresent() && expression.isPresent()) {
      throw f.bad(name + "RegExp", "is there beside " + name);
    }
    return exact
        .map(t -> exactly(f, name, t))
        .or(() -> expression.map(t -> expression(f, name + "RegExp", t)));
  }

  private static NamePattern exactly(Fields f, String name, String text) {
    try {
      return NamePattern.exactly(text);
    } catch (AssayException e) {
      throw f.bad(name, String.valueOf(e.getMessage()));
    }
  }

  private static NamePattern expression(Fields f, String name, String text) {
    try {
      return NamePattern.matching(text);
    } catch (AssayException e) {
      throw f.bad(name, String.valueOf(e.getMessage()));
    }
  }

  /** The signer with the content of every file it names in its place. */
  static Json selfContained(Json signer, Function<String, byte[]> files) {
    if (!(signer instanceof Json.Obj object)) {
      return signer;
    }
    Map<String, Json> members = new LinkedHashMap<>();
    object
        .members()
        .forEach((name, value) -> {
          switch (name) {
            case "keyFile",
                "rootsFile",
                "intermediatesFile",
                "registrationFile",
                "registrarKeyFile",
                "attestationKeyFile" ->
                members.put(name.substring(0, name.length() - 4), content(value, files));
            case "certificate", "hardware" -> members.put(name, selfContained(value, files));
            default -> members.put(name, value);
          }
        });
    if (members.remove("revocationListFiles") instanceof Json.Arr names) {
      List<Json> lists = new ArrayList<>();
      if (members.get("revocationLists") instanceof Json.Arr inline) {
        lists.addAll(inline.elements());
      }
      for (Json file : names.elements()) {
        if (file instanceof Json.Str name) {
          lists.add(Json.of(RevocationList.toPem(files.apply(name.value()))));
        }
      }
      members.put("revocationLists", Json.array(lists));
    }
    return new Json.Obj(members);
  }

  private static Json content(Json name, Function<String, byte[]> files) {
    return name instanceof Json.Str file ? Json.of(Text.utf8(files.apply(file.value()))) : name;
  }
}
