package dev.assay.cli;

import dev.assay.lab.BundleDraft;
import dev.assay.lab.CertificateAuthority;
import dev.assay.lab.Lab;
import dev.assay.lab.LabBundle;
import dev.assay.lab.LabKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * Files that are signed with certificates: of a Sigstore in memory, whose trust root is {@code
 * trusted_root.json}, and of a company's own authority, {@code company-ca.pem}.
 */
final class KeylessFiles {

  static final String IDENTITY =
      "https://github.com/acme/pay/.github/workflows/release.yml@refs/tags/v1.8";
  static final String REPOSITORY = "https://github.com/acme/pay";

  private final Sandbox box;
  private final Lab lab;
  private final CertificateAuthority company;

  KeylessFiles(Sandbox box, Instant signedAt) {
    this.box = box;
    this.lab = Lab.at(signedAt, 1);
    this.company = lab.newCertificateAuthority(LabKey.Kind.P256);
  }

  Lab lab() {
    return lab;
  }

  CertificateAuthority company() {
    return company;
  }

  /** A file by a workflow, one by a person, one by a company, and whom to believe. */
  void write() throws IOException {
    box.write("trusted_root.json", lab.trustRoot().bytes());
    signed("tool.tar.gz", "a tool\n", workflow());
    signed(
        "notes.pdf",
        "notes\n",
        lab.bundle().person("release@acme.example", "https://accounts.google.com"));
    LabBundle driver = signed("driver.zip", "a driver\n", byCompany());
    box.write("company-ca.pem", company.root().pem() + company.issuer().pem());
    Instant from = lab.now();
    Instant next = from.plus(Duration.ofDays(90));
    box.write("company-root.crl", company.rootRevocationList(from, next));
    box.write("company.crl", company.revocationList(from, next));
    box.write("revoked.crl", company.revocationList(from, next, driver.leaf().orElseThrow()));
  }

  BundleDraft workflow() {
    return lab.bundle().identity(IDENTITY).claim(12, REPOSITORY);
  }

  BundleDraft byCompany() {
    return lab.bundle()
        .withoutLog()
        .withoutSct()
        .issuedBy(company)
        .email("drivers@acme.example")
        .leafValidity(lab.now().minus(Duration.ofDays(1)), lab.now().plus(Duration.ofDays(300)));
  }

  LabBundle signed(String name, String content, BundleDraft draft) throws IOException {
    LabBundle bundle = draft.artifact(content.getBytes(StandardCharsets.UTF_8)).make();
    box.write(name, content);
    box.write(name + ".sigstore.json", bundle.bytes());
    return bundle;
  }
}
