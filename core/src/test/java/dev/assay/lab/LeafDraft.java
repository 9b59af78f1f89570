package dev.assay.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.OtherName;

/** A leaf certificate in the making, as Fulcio issues it. */
final class LeafDraft {

  private static final String FULCIO = "1.3.6.1.4.1.57264.1.";

  private final Map<Integer, String> claims = new TreeMap<>();
  CertificateAuthority authority;
  List<CtLog> logs;
  GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, Lab.IDENTITY);
  Optional<Instant> from = Optional.empty();
  Optional<Instant> to = Optional.empty();
  Optional<Instant> sctTime = Optional.empty();
  Optional<byte[]> sctIssuer = Optional.empty();
  byte[] sctExtensions = {};
  int sctCopies = 1;
  final List<Consumer<CertificateSpec>> changes = new ArrayList<>();
  final List<Consumer<CertificateSpec>> laterChanges = new ArrayList<>();

  LeafDraft(Lab lab) {
    authority = lab.ca();
    logs = List.of(lab.ctLog());
    claims.put(1, Lab.ISSUER);
    claims.put(2, "push");
    claims.put(3, "6cb9515e1f0a4f5b8c6d7e8f9a0b1c2d3e4f5a6b");
    claims.put(4, "release");
    claims.put(5, "example/project");
    claims.put(6, "refs/heads/main");
    claims.put(8, Lab.ISSUER);
    claims.put(9, Lab.IDENTITY);
    claims.put(10, "6cb9515e1f0a4f5b8c6d7e8f9a0b1c2d3e4f5a6b");
    claims.put(11, "github-hosted");
    claims.put(12, "https://github.com/example/project");
    claims.put(13, "6cb9515e1f0a4f5b8c6d7e8f9a0b1c2d3e4f5a6b");
    claims.put(14, "refs/heads/main");
    claims.put(15, "632596897");
    claims.put(16, "https://github.com/example");
    claims.put(17, "131804563");
    claims.put(18, Lab.IDENTITY);
    claims.put(19, "6cb9515e1f0a4f5b8c6d7e8f9a0b1c2d3e4f5a6b");
    claims.put(20, "push");
    claims.put(21, "https://github.com/example/project/actions/runs/1/attempts/1");
    claims.put(22, "public");
  }

  void claim(int number, String value) {
    claims.put(number, value);
  }

  void withoutClaim(int number) {
    claims.remove(number);
  }

  void onlyIssuer(String issuer) {
    claims.clear();
    claims.put(1, issuer);
    claims.put(8, issuer);
  }

  static GeneralName otherName(String value) {
    return new GeneralName(
        GeneralName.otherName,
        new OtherName(new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.1.7"), new DERUTF8String(value)));
  }

  LabCertificate issue(LabKey key, Instant signedAt) {
    Instant begin = from.orElse(signedAt);
    CertificateSpec spec = authority.leafSpec(key, begin, Duration.ofMinutes(10));
    spec.validity(begin, to.orElse(begin.plus(Duration.ofMinutes(10))));
    spec.usages(false, CertificateAuthority.CODE_SIGNING);
    authority.identifiers(spec);
    spec.extension(Extension.subjectAlternativeName, true, new GeneralNames(name));
    claims.forEach((number, value) ->
        spec.extension(
            FULCIO + number,
            false,
            number < 8 ? Der.utf8(value) : Der.encode(new DERUTF8String(value))));
    changes.forEach(change -> change.accept(spec));
    if (!logs.isEmpty()) {
      byte[] tbs = Der.encode(spec.tbs(authority.issuer().subject(), authority.issuer().key()));
      List<byte[]> scts = new ArrayList<>();
      for (CtLog log : logs) {
        byte[] sct =
            log.sct(
                tbs,
                sctIssuer.orElseGet(() -> authority.issuer().key().spki()),
                sctTime.orElse(begin),
                sctExtensions);
        for (int i = 0; i < sctCopies; i++) {
          scts.add(sct);
        }
      }
      spec.extension(CertificateSpec.SCT_LIST, false, CtLog.list(scts));
    }
    laterChanges.forEach(change -> change.accept(spec));
    return authority.issue(spec);
  }
}
