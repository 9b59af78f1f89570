package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;

import dev.assay.attest.PredicateTypes;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.signing.BundleSigner;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** {@code attest}: a signed statement about an image or a file. */
final class AttestCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "attest",
          "sign a statement about an image or a file",
          "IMAGE@DIGEST|FILE",
          1,
          1,
          """
          Wraps the predicate in an in-toto statement about the subject, signs it in a DSSE envelope, and attaches the
          bundle to the image, or writes it beside the file. A predicate that has not the shape its type demands is
          refused before it is signed.

          Types by short name: slsaprovenance1, slsaprovenance02, cyclonedx, spdxjson, vuln, openvex, link, custom; any
          absolute URI is a type too.
          """,
          SignerOptions.with(
              value("type", "TYPE", "the predicate type"),
              value("predicate", "FILE", "the predicate, JSON; - is standard input"),
              flag(
                  "detached",
                  "keep an SBOM beside its subject, and sign a statement that names its digest"),
              value(
                  "bundle", "FILE", "where the bundle of a file is written; - is standard output"),
              flag("plain-http", "use HTTP instead of HTTPS (on this machine HTTP is used anyway)"),
              flag("replace", "replace an existing bundle file")),
          List.of(
              "assay attest --key ci.key --type cyclonedx --predicate sbom.json"
                  + " registry.example/pay@sha256:9f86d0..."));

  private AttestCommand() {}

  static int run(Arguments arguments, Context context) {
    if (arguments.flag("detached")) {
      return DetachedAttestation.run(arguments, context);
    }
    String type = PredicateTypes.resolve(arguments.required("type"));
    byte[] document =
        Inputs.read(context, arguments.required("predicate"), Limits.EVIDENCE_BYTES / 2);
    Json.Obj predicate = predicate(arguments.required("type"), type, document, context);
    try (BundleSigner signer = SignerOptions.open(arguments, context)) {
      attest(signer, type, predicate, arguments, context);
    }
    return 0;
  }

  private static void attest(
      BundleSigner signer, String type, Json.Obj predicate, Arguments arguments, Context context) {
    String name = arguments.operand(0);
    if (!Target.isFile(name, context)) {
      ImageSigning.attach(
          name, signer, type, predicate, Map.of(), arguments.flag("plain-http"), context);
      return;
    }
    Path file = Path.of(name).getFileName();
    byte[] bundle =
        signer
            .statement(
                Statement.create(
                    List.of(
                        Statement.Subject.of(
                            file == null ? name : file.toString(), Target.digest(name, context))),
                    type,
                    predicate))
            .write();
    SignCommand.write(arguments, context, name, bundle);
  }

  // cosign's own type wraps what it is given, whatever that is.
  private static Json.Obj predicate(String asked, String type, byte[] document, Context context) {
    if (asked.equals("custom")) {
      return PredicateTypes.custom(
          Text.utf8(document),
          context.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString());
    }
    if (!(Json.parse(document, Limits.EVIDENCE_BYTES) instanceof Json.Obj predicate)) {
      throw new AssayException(Code.BAD_PREDICATE, "a predicate is a JSON object");
    }
    PredicateTypes.validateShape(type, predicate);
    return predicate;
  }
}
