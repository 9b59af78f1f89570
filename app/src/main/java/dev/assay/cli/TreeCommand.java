package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.oci.ImageStore;
import dev.assay.oci.ImageTree;
import dev.assay.oci.ImageTreeReader;
import dev.assay.oci.RegistryClient;
import dev.assay.policy.TrustPolicy;
import dev.assay.trust.Signer;
import dev.assay.verify.Trust;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code assay tree}: what hangs on an image, and who can verify it. */
final class TreeCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "tree",
          "show what hangs on an image, and who can verify it",
          "IMAGE",
          1,
          1,
          """
          Shows the platforms of an image and, on each of them and on the whole, signatures, \
          attestations, bills of materials and whatever else refers to it, and what hangs on those. \
          Of signatures and attestations it shows what they say of who signed and when, and which \
          tools read their form. The image may be in a registry, in an image layout or in an \
          archive.

          What is shown is what the evidence says of itself, and anybody can attach anything. With \
          --key or --policy each piece is tried with these signers, and marked. The mark says who \
          signed it and what it is about; whether that is enough to run the image, assay verify \
          decides.\
          """,
          TlsOptions.with(
              values("key", "KEY", "try this public key on every piece"),
              value("policy", "FILE", "try the signers that a TrustPolicy names"),
              values("trust-root", "FILE", "whom to believe besides the signers"),
              value("output", "FORMAT", "text (default) or json"),
              flag("full", "show digests in full"),
              flag("plain-http", "talk to a registry that is not on this machine without TLS")),
          List.of(
              "assay tree registry.example/pay:1.8",
              "assay tree --key release.pub registry.example/pay:1.8",
              "assay tree -o json oci-archive:release.tar:1.8"));

  private TreeCommand() {}

  static int run(Arguments arguments, Context context) {
    boolean json = Outputs.json(arguments);
    ImageLocation image = ImageLocation.parse(arguments.operand(0));
    Optional<TrustPolicy> policy =
        arguments.value("policy").map(file -> PolicyCommands.load(context, file));
    Set<Signer> signers = new LinkedHashSet<>(Keys.trusted(arguments.values("key"), context));
    policy.ifPresent(p -> signers.addAll(signers(p)));
    List<String> roots = arguments.values("trust-root");
    if (signers.isEmpty() && !roots.isEmpty()) {
      throw new AssayException(Code.USAGE, "--trust-root goes with --key or --policy");
    }
    Trust trust =
        policy.filter(p -> !p.trustRoots().isEmpty()).isPresent()
            ? Trust.of(policy.get().trustRoots())
            : TrustOptions.trust(roots, context, Optional.empty());
    try (RegistryClient client = TlsOptions.client(arguments, context)) {
      ImageStore store = image.open(client, context);
      ImageTree tree = ImageTreeReader.read(store, image.identifier(store), true);
      TreeEvidence evidence =
          new TreeEvidence(
              store,
              List.copyOf(signers),
              trust,
              context.clock().instant().truncatedTo(ChronoUnit.MILLIS));
      TreeReport report = new TreeReport(evidence, !signers.isEmpty(), arguments.flag("full"));
      if (json) {
        // JSON allows characters that a terminal acts on; as escapes they mean the same.
        report
            .json(image.at(tree.digest()), tree)
            .pretty()
            .lines()
            .map(Text::printable)
            .forEach(context.out()::println);
      } else {
        report.print(image.at(tree.digest()), tree, context.out());
      }
      return report.worst().status();
    }
  }

  private static Set<Signer> signers(TrustPolicy policy) {
    Set<Signer> out = new LinkedHashSet<>();
    for (TrustPolicy.Rule rule : policy.rules()) {
      rule.signature().ifPresent(s -> out.addAll(s.signers()));
      rule.sbom().ifPresent(s -> out.addAll(s.signers()));
      rule.provenance().ifPresent(p -> p.builders().forEach(b -> out.addAll(b.signers())));
    }
    return out;
  }
}
