package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.NamePattern;
import dev.assay.trust.Signer;
import dev.assay.verify.Candidate;
import dev.assay.verify.History;
import dev.assay.verify.Requirement;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verdict;
import dev.assay.verify.Verifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code conformance verify-bundle}: the protocol of the Sigstore project's test suite. */
final class ConformanceCommand {

  static final CommandSpec VERIFY_BUNDLE =
      new CommandSpec(
          "conformance verify-bundle",
          "verify a bundle as the Sigstore conformance suite asks",
          "FILE|sha256:DIGEST",
          1,
          1,
          """
          Speaks the command-line protocol of the Sigstore project's conformance suite, so that the suite can be run
          against assay: exit status 0 if the bundle verifies, another if not. Evidence of any predicate type counts,
          which is what the suite asks and not what a deployment should: that is 'assay verify'. Uses no network.
          """,
          List.of(
              value("bundle", "FILE", "the bundle"),
              value("certificate-identity", "NAME", "who must have signed"),
              value("certificate-oidc-issuer", "URL", "who must have vouched for the identity"),
              value("key", "FILE", "a public key, instead of an identity"),
              value("trusted-root", "FILE", "a trusted_root.json (default: the one built in)")),
          List.of(
              "assay conformance verify-bundle --bundle a.txt.sigstore.json --key release.pub"
                  + " a.txt"));

  private ConformanceCommand() {}

  static int verifyBundle(Arguments arguments, Context context) {
    Instant at = context.clock().instant();
    byte[] bundle = Inputs.read(context, arguments.required("bundle"), Limits.EVIDENCE_BYTES);
    String operand = arguments.operand(0);
    Subject subject =
        Digest.isDigest(operand)
            ? Subject.of(operand, Digest.parse(operand))
            : FileVerification.subject(operand, context);
    Trust trust =
        TrustOptions.trust(
            arguments.value("trusted-root").map(List::of).orElse(List.of()),
            context,
            Optional.of(at));
    Verifier.Outcome outcome =
        Verifier.verify(
            subject,
            Candidate.read(arguments.required("bundle"), bundle),
            List.of(new Requirement.AnyEvidence(List.of(signer(arguments, context)))),
            trust,
            History.NONE,
            at);
    Verdict verdict =
        new Verdict(operand, Optional.of(subject.digest()), outcome.checks(), at.toString());
    new VerdictPrinter(context.err(), false).print(verdict, Optional.empty());
    return verdict.exit().status();
  }

  private static Signer signer(Arguments arguments, Context context) {
    Optional<String> key = arguments.value("key");
    Optional<String> identity = arguments.value("certificate-identity");
    Optional<String> issuer = arguments.value("certificate-oidc-issuer");
    if (key.isPresent() == (identity.isPresent() || issuer.isPresent())
        || identity.isPresent() != issuer.isPresent()) {
      throw new AssayException(
          Code.USAGE,
          "either --key, or --certificate-identity with --certificate-oidc-issuer, is needed");
    }
    List<Signer> out = new ArrayList<>();
    key.ifPresent(k -> out.addAll(Keys.trusted(List.of(k), context)));
    identity.ifPresent(i ->
        out.add(
            CertificateSigner.of(
                "signer", NamePattern.exactly(issuer.orElseThrow()), NamePattern.exactly(i))));
    return out.getFirst();
  }
}
