package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.attest.PredicateTypes;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.History;
import dev.assay.verify.Requirement;
import dev.assay.verify.Subject;
import dev.assay.verify.Verdict;
import dev.assay.verify.Verifier;
import java.nio.file.Files;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code verify}: images and files. */
final class VerifyCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "verify",
          "say whether an image or a file is what it should be, and why",
          "IMAGE|FILE...",
          1,
          CommandSpec.MANY,
          """
          With --key, a signature by that key over the subject is needed (by --threshold of several keys); an attestation
          about it is not a signature. With --type, an attestation of that type by the key is needed instead. With
          --policy, what the policy asks of the image is needed; an image that no rule covers is refused.

          An image's bytes are read and compared with their digests, layers included, unless --manifest-only. A file's
          bundle is FILE.sigstore.json or --bundle.

          With --ledger, what was verified is recorded there, and held against what was recorded before: where a tag
          pointed, which commit a source tag named, which digest a package had.

          A signature by a key alone does not prove when it was made; the verdict says so.
          """,
          List.of(
              values("key", "FILE", "a public key"),
              value("threshold", "N", "how many distinct keys must have signed (default 1)"),
              value("policy", "FILE", "a TrustPolicy"),
              values("bundle", "FILE", "evidence for a file"),
              value("type", "TYPE", "ask for an attestation of this predicate type"),
              flag("print-predicate", "with --type: print the verified predicate, nothing else"),
              value(
                  "ledger",
                  "DIR",
                  "record in this ledger, and compare with it (default: $ASSAY_LEDGER, if set)"),
              value("at", "TIME", "judge keys as of this time (RFC 3339) instead of now"),
              flag("manifest-only", "do not read the layers of images"),
              flag("plain-http", "use HTTP instead of HTTPS (on this machine HTTP is used anyway)"),
              value("output", "FORMAT", "text (default), json or jsonl"),
              flag("full", "show digests in full")),
          List.of(
              "assay verify --key release.pub registry.example/pay:1.8",
              "assay verify --policy policy.yaml registry.example/pay@sha256:9f86d0...",
              "assay verify --key release.pub pay.tar.gz",
              "assay verify --key ci.pub --type cyclonedx --print-predicate"
                  + " registry.example/pay:1.8"));

  private VerifyCommand() {}

  /** What the options ask for, checked. */
  record Request(
      List<TrustedKey> keys,
      Optional<String> policy,
      Optional<String> type,
      int threshold,
      Optional<Instant> at) {

    List<Requirement> requirements() {
      return List.of(
          type.isPresent()
              ? new Requirement.Attestation("attestation", type.get(), keys)
              : new Requirement.Signature(keys, threshold));
    }
  }

  static int run(Arguments arguments, Context context) {
    String format = Outputs.choice(arguments, List.of("text", "json", "jsonl"));
    Request request = request(arguments, context);
    List<String> names = arguments.operands();
    List<String> images = new ArrayList<>();
    for (String name : names) {
      if (!Target.isFile(name, context)) {
        images.add(name);
      }
    }
    if (!images.isEmpty() && arguments.options().containsKey("bundle")) {
      throw new AssayException(
          Code.USAGE, "--bundle goes with files; an image brings its evidence");
    }
    ImageVerification verification =
        images.isEmpty() ? null : ImageVerification.open(request, arguments, context);
    Code.Exit exit = Code.Exit.OK;
    List<Json> documents = new ArrayList<>();
    try {
      for (String name : names) {
        Result result;
        try {
          result =
              verification != null && images.contains(name)
                  ? verification.verify(name)
                  : file(name, request, arguments, context);
        } catch (AssayException e) {
          // One subject that cannot be read must not hide what was found about the others.
          if (names.size() == 1) {
            throw e;
          }
          exit = exit.worse(e.code().exit());
          result = unreadable(name, e, context);
        }
        exit = exit.worse(result.verdict().exit());
        if (arguments.flag("print-predicate")) {
          printPredicate(result, context);
        } else {
          show(result, format, documents, arguments, context);
        }
      }
    } finally {
      if (verification != null) {
        verification.close();
      }
    }
    if (format.equals("json")) {
      context
          .out()
          .print((documents.size() == 1 ? documents.getFirst() : Json.array(documents)).pretty());
    }
    return exit.status();
  }

  /** A verdict, what it rests on, and what to do next. */
  record Result(Verdict verdict, List<Verifier.Accepted> accepted, Optional<String> next) {}

  private static Result unreadable(String name, AssayException e, Context context) {
    Check check = Check.notEvaluated("subject", e.code(), String.valueOf(e.getMessage()));
    Verdict verdict =
        new Verdict(
            name,
            Optional.empty(),
            List.of(check),
            context.clock().instant().truncatedTo(ChronoUnit.MILLIS).toString());
    return new Result(verdict, List.of(), e.hint());
  }

  private static Request request(Arguments arguments, Context context) {
    List<String> keyFiles = arguments.values("key");
    Optional<String> policy = arguments.value("policy");
    if (!keyFiles.isEmpty() && policy.isPresent()) {
      throw new AssayException(
          Code.USAGE, "--key and --policy do not go together: a policy names its own keys");
    }
    if (keyFiles.isEmpty() && policy.isEmpty()) {
      throw new AssayException(
          Code.USAGE,
          "either --key or --policy is needed: somebody has to be trusted",
          "assay verify --key release.pub " + Text.printable(arguments.operand(0)));
    }
    Optional<String> type = arguments.value("type").map(PredicateTypes::resolve);
    if (policy.isPresent() && (type.isPresent() || arguments.value("threshold").isPresent())) {
      throw new AssayException(
          Code.USAGE, "--type and --threshold go with --key; a policy has its own");
    }
    if (arguments.flag("print-predicate") && type.isEmpty()) {
      throw new AssayException(Code.USAGE, "--print-predicate goes with --type");
    }
    List<TrustedKey> keys = Keys.trusted(keyFiles, context);
    int threshold = arguments.value("threshold").map(VerifyCommand::number).orElse(1);
    if (!keys.isEmpty() && threshold > keys.size()) {
      throw new AssayException(
          Code.USAGE,
          "--threshold " + threshold + " with " + Outputs.count(keys.size(), "distinct key"));
    }
    return new Request(
        keys, policy, type, threshold, arguments.value("at").map(VerifyCommand::time));
  }

  private static int number(String text) {
    if (!text.matches("[1-9][0-9]{0,3}")) {
      throw new AssayException(Code.USAGE, "--threshold is a number from 1: " + Text.quote(text));
    }
    return Integer.parseInt(text);
  }

  private static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new AssayException(
          Code.BAD_TIME, "not an RFC 3339 time: " + Text.quote(text), "like 2026-11-22T12:00:00Z");
    }
  }

  private static Result file(String name, Request request, Arguments arguments, Context context) {
    if (request.policy().isPresent()) {
      throw new AssayException(
          Code.USAGE, "a policy speaks of images; a file is verified with --key");
    }
    Instant at =
        request.at().orElseGet(() -> context.clock().instant().truncatedTo(ChronoUnit.MILLIS));
    Subject subject = subject(name, request, context);
    List<Candidate> candidates = new ArrayList<>();
    List<String> bundles = arguments.values("bundle");
    if (bundles.isEmpty()) {
      String beside = name + ".sigstore.json";
      if (Files.exists(context.path(beside))) {
        bundles = List.of(beside);
      }
    }
    for (String bundle : bundles) {
      candidates.add(Candidate.of(bundle, Inputs.read(context, bundle, Limits.EVIDENCE_BYTES)));
    }
    Verifier.Outcome outcome =
        Verifier.verify(subject, candidates, request.requirements(), History.NONE, at);
    Verdict verdict =
        new Verdict(name, Optional.of(subject.digest()), outcome.checks(), at.toString());
    Optional<String> next =
        verdict.verified() ? Optional.empty() : Optional.of(next(verdict, bundles.isEmpty(), name));
    return new Result(verdict, outcome.accepted(), next);
  }

  private static String next(Verdict verdict, boolean noBundle, String name) {
    return noBundle
        ? "assay sign --key KEY " + name + "   (if it is yours; a bundle elsewhere: --bundle FILE)"
        : "assay explain " + verdict.decisive().flatMap(Check::code).orElse(Code.NO_SIGNATURE).id();
  }

  // Keys that hash with SHA-256 need only the digest; others need the bytes themselves.
  private static Subject subject(String name, Request request, Context context) {
    boolean digestIsEnough =
        request.keys().stream()
            .allMatch(k ->
                k.key().algorithm().hash().filter(h -> h == Digest.Algorithm.SHA256).isPresent());
    if (digestIsEnough || request.type().isPresent()) {
      return Subject.of(name, Target.digest(name, context));
    }
    byte[] content = Inputs.read(context, name, Integer.MAX_VALUE - 64);
    return new Subject(name, dev.assay.crypto.Hashes.sha256Digest(content), Optional.of(content));
  }

  private static void show(
      Result result, String format, List<Json> documents, Arguments arguments, Context context) {
    switch (format) {
      case "json" -> documents.add(result.verdict().toJson());
      case "jsonl" -> context.out().println(result.verdict().toJson().compact());
      default ->
          new VerdictPrinter(context.out(), arguments.flag("full"))
              .print(result.verdict(), result.next());
    }
  }

  // Only what was verified is printed; the reason for anything else goes to standard error.
  private static void printPredicate(Result result, Context context) {
    if (!result.verdict().verified()) {
      new VerdictPrinter(context.err(), false).print(result.verdict(), result.next());
      return;
    }
    for (Verifier.Accepted accepted : result.accepted()) {
      dev.assay.attest.Bundle bundle =
          dev.assay.attest.Bundle.parse(accepted.candidate().bytes(), Limits.SBOM_BYTES);
      if (bundle.content() instanceof dev.assay.attest.Bundle.Envelope envelope) {
        context.out().println(dev.assay.attest.Statement.of(envelope.dsse()).predicate().compact());
      }
    }
  }
}
