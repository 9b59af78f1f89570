package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.policy.PolicyReader;
import dev.assay.policy.TrustPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** {@code policy check}, {@code policy schema}. */
final class PolicyCommands {

  static final CommandSpec CHECK =
      new CommandSpec(
          "policy check",
          "check a TrustPolicy and say what it asks for",
          "FILE",
          1,
          1,
          """
          Reads the policy as every other command reads it and reports all problems at once, each with its line. A key
          that is not known is a problem: what a policy says is enforced, or the policy is refused.
          """,
          List.of(value("output", "FORMAT", "text (default) or json")),
          List.of("assay policy check policy.yaml"));

  static final CommandSpec SCHEMA =
      new CommandSpec(
          "policy schema",
          "print the JSON Schema of TrustPolicy",
          "",
          0,
          0,
          "For editors: the schema describes the shape of the document; policy check also checks"
              + " what it means.",
          List.of(),
          List.of("assay policy schema > trust-policy.schema.json"));

  private PolicyCommands() {}

  static int check(Arguments arguments, Context context) {
    String file = arguments.operand(0);
    byte[] bytes = Inputs.read(context, file, Limits.DOCUMENT_BYTES);
    PolicyReader.Result result = PolicyReader.read(bytes, name -> keyFile(context, file, name));
    if (Outputs.json(arguments)) {
      context.out().print(json(result).pretty());
    } else if (result.policy().isPresent()) {
      describe(result.policy().get(), context);
    } else {
      for (PolicyReader.Problem problem : result.problems()) {
        context
            .err()
            .println(
                file + ":" + problem.line() + ": " + problem.code().id() + " " + problem.message());
      }
      context.err().println("error: " + file + " cannot be used (" + Code.BAD_POLICY.id() + ")");
      context.err().println("hint: assay policy schema describes what is known");
    }
    return result.policy().isPresent() ? 0 : Code.BAD_POLICY.exit().status();
  }

  /** Reads a policy and the key files beside it. */
  static TrustPolicy load(Context context, String file) {
    return PolicyReader.readOrThrow(
        Inputs.read(context, file, Limits.DOCUMENT_BYTES), name -> keyFile(context, file, name));
  }

  // Key files are relative to the policy, wherever the command runs.
  static byte[] keyFile(Context context, String policy, String name) {
    Path beside = context.path(policy).toAbsolutePath().resolveSibling(name);
    return Inputs.read(context, beside.toString(), Limits.DOCUMENT_BYTES);
  }

  private static Json json(PolicyReader.Result result) {
    return Json.object()
        .put("apiVersion", "assay.dev/policy-check/v1")
        .put("usable", result.policy().isPresent())
        .put(
            "problems",
            result.problems().stream()
                .map(p ->
                    Json.object()
                        .put("line", p.line())
                        .put("code", p.code().id())
                        .put("message", p.message())
                        .build())
                .toList())
        .build();
  }

  private static void describe(TrustPolicy policy, Context context) {
    context
        .out()
        .println(
            "✓ USABLE  "
                + policy.name()
                + "  "
                + policy.mode().name().toLowerCase(java.util.Locale.ROOT)
                + ", "
                + Outputs.count(policy.rules().size(), "rule"));
    for (TrustPolicy.Rule rule : policy.rules()) {
      context
          .out()
          .println(
              "  images "
                  + String.join(", ", rule.images().stream().map(Object::toString).toList()));
      rule.signature()
          .ifPresent(s ->
              context
                  .out()
                  .println(
                      "    signature by "
                          + (s.threshold() > 1 ? s.threshold() + " of " : "")
                          + names(s.signers())
                          + (s.sameStatement() ? ", over one statement" : "")));
      rule.provenance()
          .ifPresent(p -> {
            for (TrustPolicy.Builder b : p.builders()) {
              context
                  .out()
                  .println("    provenance of " + b.id() + ", said by " + names(b.signers()));
            }
            p.source()
                .ifPresent(s ->
                    context
                        .out()
                        .println(
                            "    source "
                                + s.repository()
                                + (s.refs().isEmpty() ? "" : " at ")
                                + String.join(
                                    ", ", s.refs().stream().map(Object::toString).toList())));
            p.dependencies()
                .ifPresent(d ->
                    d.origins()
                        .forEach(o ->
                            context
                                .out()
                                .println(
                                    "    dependencies "
                                        + o.packages()
                                        + " from "
                                        + String.join(", ", o.from()))));
          });
      rule.sbom().ifPresent(s -> context.out().println("    SBOM by " + names(s.signers())));
    }
    context.out().println("  an image that no rule covers is refused");
  }

  private static String names(List<dev.assay.trust.Signer> keys) {
    return String.join(", ", keys.stream().map(PolicyCommands::name).toList());
  }

  private static String name(dev.assay.trust.Signer signer) {
    return signer instanceof dev.assay.trust.TrustedKey key && key.hardware().isPresent()
        ? key.name()
            + " ("
            + key.hardware().get().demands().describe()
            + ", registered by "
            + key.hardware().get().registrar().name()
            + ")"
        : signer.name();
  }

  static int schema(Arguments arguments, Context context) throws IOException {
    try (InputStream in = PolicyReader.class.getResourceAsStream("trust-policy-v1.schema.json")) {
      if (in == null) {
        throw new AssayException(Code.BUG, "the schema is not in this build");
      }
      context.out().print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    return 0;
  }
}
