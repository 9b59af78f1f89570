package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.gate.EvidenceCache;
import dev.assay.gate.EvidenceSink;
import dev.assay.gate.Memory;
import dev.assay.gate.RegistryJudge;
import dev.assay.oci.ImageStore;
import dev.assay.oci.RegistryClient;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import java.util.Optional;

/** The policy that an image has to meet where it is copied from. */
final class SourcePolicy {

  private final RegistryJudge judge;
  private final Context context;

  private SourcePolicy(RegistryJudge judge, Context context) {
    this.judge = judge;
    this.context = context;
  }

  /** Of {@code --policy} and {@code --trust-root}. */
  static Optional<SourcePolicy> of(Arguments arguments, RegistryClient client, Context context) {
    if (arguments.value("policy").isEmpty() && !arguments.values("trust-root").isEmpty()) {
      throw new AssayException(Code.USAGE, "--trust-root goes with --policy");
    }
    return arguments
        .value("policy")
        .map(file -> {
          RegistryJudge.Rules rules =
              RegistryJudge.Rules.of(
                  PolicyCommands.load(context, file),
                  TrustOptions.trust(arguments.values("trust-root"), context, Optional.empty()));
          // The layers are compared with their digests as they are copied.
          return new SourcePolicy(
              new RegistryJudge(
                  client::repository,
                  rules,
                  Memory.NONE,
                  EvidenceSink.NONE,
                  RegistryJudge.Reading.MANIFEST,
                  EvidenceCache.NONE,
                  context.clock()),
              context);
        });
  }

  /**
   * @throws AssayException with the code of the check that decided, if the image is not accepted
   */
  void check(ImageLocation from, Digest digest, ImageStore store) {
    String repository =
        from instanceof ImageLocation.InRegistry r
            ? r.reference().name()
            : ((ImageLocation.OnDisk) from).name();
    Verdict verdict =
        judge
            .judge(
                new RegistryJudge.Located(
                    from.at(digest), repository, Optional.empty(), digest.toString(), store))
            .verdict();
    if (!verdict.verified()) {
      new VerdictPrinter(context.err(), false).print(verdict, Optional.empty());
      throw new AssayException(
          verdict.decisive().flatMap(Check::code).orElse(Code.NO_SIGNATURE),
          "the image does not meet the policy and was not copied");
    }
  }
}
