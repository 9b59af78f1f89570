package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;

import dev.assay.attest.PredicateTypes;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.signing.BundleSigner;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code attest}: signed statements about images, files and digests. */
final class AttestCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "attest",
          "sign a statement about images, files or digests",
          "IMAGE@DIGEST|FILE|DIGEST...",
          1,
          CommandSpec.MANY,
          """
          Wraps the predicate in an in-toto statement about the subject, signs it in a DSSE envelope, and attaches the
          bundle to the image, or writes it beside the file, or to --bundle. A predicate that has not the shape its type
          demands is refused before it is signed.

          Types by short name: slsaprovenance1, slsaprovenance (or slsaprovenance02: SLSA 0.2), cyclonedx, spdxjson, spdx
          (tags and values, or JSON), vuln, openvex, link, custom (any text); any absolute URI is a type too.

          --statement takes a statement that is complete; it is signed as it is, and must name every subject.

          --also-legacy adds the form that cosign before version 3 reads, under the tag sha256-<hex>.att. --recursive says
          it of every image that an index lists, and of the index.
          """,
          options(),
          List.of(
              "assay attest --key ci.key --type cyclonedx --predicate sbom.json"
                  + " registry.example/pay@sha256:9f86d0..."));

  private static final List<String> ONLY_IMAGES =
      List.of("recursive", "also-legacy", "signature-repository");

  private AttestCommand() {}

  private static List<CommandSpec.Option> options() {
    List<CommandSpec.Option> all = new ArrayList<>();
    all.add(value("type", "TYPE", "the predicate type"));
    all.add(value("predicate", "FILE", "the predicate, JSON; - is standard input"));
    all.add(
        flag(
            "detached",
            "keep an SBOM beside its subject, and sign a statement that names its digest"));
    all.add(value("statement", "FILE", "the whole in-toto statement, instead of these two"));
    all.add(value("bundle", "FILE", "where the bundle of a file is written; - is standard output"));
    all.addAll(ImageSigning.OPTIONS);
    all.add(flag("replace", "replace an existing bundle file"));
    all.add(SigningRun.OUTPUT);
    return SignerOptions.with(
        TlsOptions.with(all.toArray(CommandSpec.Option[]::new)).toArray(CommandSpec.Option[]::new));
  }

  static int run(Arguments arguments, Context context) {
    SigningRun.check(arguments, context, ONLY_IMAGES);
    SigningRun run = new SigningRun(arguments, context);
    ImageSigning.Said said = said(arguments, context);
    try (BundleSigner signer = SignerOptions.open(arguments, context);
        ImageSigning images = new ImageSigning(signer, said, arguments, context)) {
      List<SigningRun.Job> jobs = new ArrayList<>();
      for (String name : arguments.operands()) {
        SigningRun.Kind kind = SigningRun.kind(name, context);
        jobs.add(
            new SigningRun.Job(
                name,
                kind == SigningRun.Kind.IMAGE
                    ? (more, done) -> images.attach(name, more, done)
                    : (more, done) -> {
                      Digest digest =
                          kind == SigningRun.Kind.DIGEST
                              ? Digest.parse(name)
                              : Target.digest(name, context);
                      List<ImageSigning.Signed> written =
                          run.written(
                              digest,
                              SigningRun.target(arguments, name),
                              signer.statement(said.about(fileName(name), digest)).write());
                      if (said instanceof DetachedAttestation detached) {
                        detached.remind(name);
                      }
                      return written;
                    }));
      }
      return run.run(jobs);
    }
  }

  private static String fileName(String name) {
    Path file = Path.of(name).getFileName();
    return Digest.isDigest(name) || file == null ? "" : file.toString();
  }

  private static ImageSigning.Said said(Arguments arguments, Context context) {
    Optional<String> file = arguments.value("statement");
    if (arguments.flag("detached")) {
      if (file.isPresent()) {
        throw new AssayException(Code.USAGE, "--detached goes with --type and --predicate");
      }
      return DetachedAttestation.of(arguments, context);
    }
    if (file.isPresent()) {
      if (arguments.value("type").isPresent() || arguments.value("predicate").isPresent()) {
        throw new AssayException(
            Code.USAGE, "--statement goes without --type and --predicate: it has both");
      }
      Statement statement =
          Statement.parse(Inputs.read(context, file.get(), Limits.EVIDENCE_BYTES / 2));
      PredicateTypes.validateShape(statement.predicateType(), statement.writtenPredicate());
      return new Whole(statement);
    }
    String asked = arguments.required("type");
    String type = PredicateTypes.resolve(asked);
    byte[] document =
        Inputs.read(context, arguments.required("predicate"), Limits.EVIDENCE_BYTES / 2);
    return new Predicate(type, predicate(asked, type, document, context));
  }

  /** The same of every subject. */
  private record Predicate(String predicateType, Json predicate) implements ImageSigning.Said {
    @Override
    public Statement about(String name, Digest subject) {
      return Statement.create(
          List.of(
              name.isEmpty() ? Statement.Subject.of(subject) : Statement.Subject.of(name, subject)),
          predicateType,
          predicate);
    }

    @Override
    public Optional<Map<String, Json>> signatureNotes() {
      return Optional.empty();
    }
  }

  /** What somebody else wrote, if it is about the subject. */
  private record Whole(Statement statement) implements ImageSigning.Said {
    @Override
    public String predicateType() {
      return statement.predicateType();
    }

    @Override
    public Statement about(String name, Digest subject) {
      if (!statement.names(subject)) {
        throw new AssayException(
            Code.SUBJECT_MISMATCH,
            "the statement does not name " + subject + " among its subjects");
      }
      return statement;
    }

    @Override
    public Optional<Map<String, Json>> signatureNotes() {
      return Optional.empty();
    }
  }

  // cosign's own type wraps what it is given, whatever that is.
  private static Json predicate(String asked, String type, byte[] document, Context context) {
    if (asked.equals("custom")) {
      return PredicateTypes.custom(
          Text.utf8(document),
          context.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString());
    }
    if (PredicateTypes.isSpdx(type)) {
      String text = Text.utf8(document);
      if (PredicateTypes.isSpdxText(text)) {
        return Json.of(text);
      }
    }
    if (!(Json.parse(document, Limits.EVIDENCE_BYTES) instanceof Json.Obj predicate)) {
      throw new AssayException(Code.BAD_PREDICATE, "a predicate is a JSON object");
    }
    PredicateTypes.validateShape(type, predicate);
    return predicate;
  }
}
