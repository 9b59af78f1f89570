package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.signing.NativeSignatures;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import dev.assay.verify.Verifier;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** {@code verify}: images and files. */
final class VerifyCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "verify",
          "say whether an image, a file or a folder of them is what it should be, and why",
          "SUBJECT...",
          1,
          CommandSpec.MANY,
          """
          Somebody has to be trusted: a key (--key), an identity (--identity with --issuer), a company's own authority
          (--ca), or whom a policy names (--policy). A signature by one of them over the subject is needed (by --threshold
          of several); an attestation about it is not a signature. With --type, an attestation of that type is needed
          instead. An image that no rule of the policy covers is refused.

          A subject is an image in a registry, in a layout (oci:DIR:TAG) or in an archive (oci-archive:FILE:TAG,
          docker-archive:FILE:TAG), a file, a digest (sha256:...), or a folder, of which every file needs its evidence
          beside it. Of a tag, and with --policy, the image's bytes are read and compared with their digests, layers included,
          unless --manifest-only; of IMAGE@DIGEST the digest is verified, and the bytes only with --content.
          A file's evidence is FILE.sigstore.json or --bundle; every form that is in use is read
          (docs/evidence-forms.md).

          Evidence about a digest that was seen before is not fetched again for 24 hours, and judged anew each time.

          Certificates are judged by a trust root: --trust-root, the policy's, the one that 'assay trust update' brought, or
          the public-good one that is built in. No command but that one fetches trust; --offline also forbids registries
          and says what was not looked at.

          With --ledger, what was verified is recorded there, and held against what was recorded before: where a tag
          pointed, which commit a source tag named, which digest a package had.

          A signature by a key alone does not prove when it was made; the verdict says so, and --require-time refuses it.
          """,
          TlsOptions.with(
              values("key", "FILE", "a public key"),
              values(
                  "identity", "NAME", "who must have signed: the name in the certificate, exactly"),
              values(
                  "identity-regexp",
                  "RE",
                  "the same as an expression (RE2) that matches all of it"),
              values(
                  "issuer",
                  "URL",
                  "who must have vouched for the identity: one for all, or one for each"),
              values("issuer-regexp", "RE", "the same as an expression"),
              values(
                  "claim",
                  "NAME=VALUE",
                  "what else the certificate must say: sourceRepositoryUri=https://..."),
              value(
                  "ca",
                  "FILE",
                  "a company's own authorities (PEM) for --identity, instead of the trust root's"),
              values("crl", "FILE", "with --ca: a revocation list"),
              values(
                  "annotation",
                  "NAME=VALUE",
                  "what each signature must say of the subject, within what is signed"),
              value(
                  "registration",
                  "FILE",
                  "with one --key, or --ssh-signature: the key's registration (assay key"
                      + " register)"),
              value("registrar", "FILE", "with --registration: the registrar's public key"),
              values(
                  "require-hardware",
                  "DEMAND",
                  "with --registration: touch=always, pin=always, kind=yubikey-piv,"
                      + " min-firmware=5.7.0, ..."),
              value(
                  "hardware-roots",
                  "FILE",
                  "with --registration: your own authorities of devices and attestation keys"),
              value(
                  "attestation-key",
                  "FILE",
                  "with --registration: a TPM's attestation key that you trust"),
              value("threshold", "N", "how many distinct signers must have signed (default 1)"),
              value("policy", "FILE", "a TrustPolicy"),
              value(
                  "repository",
                  "NAME",
                  "with --policy: as which repository an image in a layout or archive is judged"),
              values(
                  "trust-root", "FILE", "whom to believe besides the signers (trusted_root.json)"),
              values("bundle", "FILE", "evidence for a file or a digest"),
              value("type", "TYPE", "ask for an attestation of this predicate type"),
              flag("print-predicate", "with --type: print the verified predicate, nothing else"),
              flag("require-time", "a proven time of signing is needed, for keys too"),
              flag("offline", "use no network, and say what was not looked at because of it"),
              value(
                  "ssh-signature",
                  "FILE",
                  "verify a file with a signature of ssh-keygen or ssh-agent"),
              value(
                  "allowed-signers", "FILE", "with --ssh-signature: who may sign (ssh-keygen(1))"),
              value("revoked-keys", "FILE", "with --ssh-signature: keys that no longer count"),
              value(
                  "namespace", "NAME", "with --ssh-signature: what it was made for (default file)"),
              value("principal", "NAME", "with --ssh-signature: who must have signed"),
              value(
                  "ledger",
                  "DIR",
                  "record in this ledger, and compare with it (default: $ASSAY_LEDGER, if set)"),
              value("at", "TIME", "judge as of this time (RFC 3339) instead of now"),
              flag(
                  "content",
                  "read the layers of images (as is done anyway for tags and with --policy)"),
              flag("manifest-only", "do not read the layers of images"),
              SignatureRepository.OPTION,
              flag("refresh", "ask registries again about evidence that was seen before"),
              flag("no-cache", "as --refresh, and keep nothing of it for the next time"),
              flag("plain-http", "use HTTP instead of HTTPS (on this machine HTTP is used anyway)"),
              value("output", "FORMAT", "text (default), json, jsonl, sarif or junit"),
              flag("full", "show digests and everything that was verified in full")),
          List.of(
              "assay verify --key release.pub registry.example/pay:1.8",
              "assay verify --policy policy.yaml registry.example/pay@sha256:9f86d0...",
              "assay verify --key release.pub pay.tar.gz",
              "assay verify --identity release@acme.example --issuer https://accounts.google.com"
                  + " --trust-root trusted_root.json notes.pdf",
              "assay verify --key release.pub dist/ -o junit",
              "assay verify --key ci.pub --type cyclonedx --print-predicate"
                  + " registry.example/pay:1.8"));

  // Loading costs as much processor time as some hundred verifications save (docs/performance.md).
  private static final int NATIVE_FROM = 1_000;

  private VerifyCommand() {}

  /** A verdict, what it rests on, and what to do next. */
  record Result(Verdict verdict, List<Verifier.Accepted> accepted, Optional<String> next) {}

  static int run(Arguments arguments, Context context) {
    String format = Outputs.choice(arguments, List.of("text", "json", "jsonl", "sarif", "junit"));
    VerifyRequest request = VerifyRequest.of(arguments, context);
    try (VerifyTargets targets = new VerifyTargets(request, arguments, context)) {
      List<VerifyTargets.Job> jobs = targets.jobs(arguments.operands());
      VerifyReport report =
          arguments.flag("print-predicate")
              ? new PredicateReport(context)
              : VerifyReport.of(format, jobs.size(), arguments.flag("full"), context);
      if (jobs.size() >= NATIVE_FROM) {
        NativeSignatures.useSoon();
      }
      Code.Exit exit = Code.Exit.OK;
      try (Workers<Result> workers = new Workers<>(targets.workers(), targets.waiting());
          Bar bar = Bar.of(jobs.size(), context)) {
        // In the order in which they were named, whichever is done first.
        for (Result result :
            workers.run(jobs, job -> judge(job, jobs.size() == 1, request, context))) {
          exit = exit.worse(result.verdict().exit());
          bar.add(() -> report.add(result));
        }
      }
      report.finish();
      return exit.status();
    }
  }

  /** Progress over several subjects; for one, none, and nothing of it is loaded. */
  private record Bar(Optional<ProgressBar> bar) implements AutoCloseable {
    static Bar of(int subjects, Context context) {
      if (subjects < 2) {
        return new Bar(Optional.empty());
      }
      ProgressBar bar = ProgressBar.things("verifying", context);
      bar.expect(subjects);
      return new Bar(Optional.of(bar));
    }

    void add(Runnable show) {
      if (bar.isEmpty()) {
        show.run();
        return;
      }
      bar.get().aside(show);
      bar.get().advance(1);
    }

    @Override
    public void close() {
      bar.ifPresent(ProgressBar::close);
    }
  }

  private static Result judge(
      VerifyTargets.Job job, boolean only, VerifyRequest request, Context context) {
    try {
      Result result = job.run();
      return new Result(result.verdict().noting(request.notes()), result.accepted(), result.next());
    } catch (AssayException e) {
      // One subject that cannot be read must not hide what was found about the others.
      if (only) {
        throw e;
      }
      return unreadable(job.name(), e, context);
    }
  }

  private static Result unreadable(String name, AssayException e, Context context) {
    String message = String.valueOf(e.getMessage());
    Check check =
        e.code().exit() == Code.Exit.BYTES_DIFFER
            ? Check.fail("subject", e.code(), message)
            : Check.notEvaluated("subject", e.code(), message);
    Verdict verdict =
        new Verdict(
            name,
            Optional.empty(),
            List.of(check),
            context.clock().instant().truncatedTo(ChronoUnit.MILLIS).toString());
    return new Result(verdict, List.of(), e.hint());
  }
}
