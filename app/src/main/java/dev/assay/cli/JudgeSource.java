package dev.assay.cli;

import dev.assay.attest.Octets;
import dev.assay.gate.ImageJudge;
import dev.assay.gate.Mode;
import java.nio.file.Path;
import java.util.Optional;

/** Makes the judge that a gate asks, from the policy its user names. */
@FunctionalInterface
interface JudgeSource {

  /**
   * A judge by a policy.
   *
   * @param mode what the policy says of refusals; the command line may say otherwise
   * @param policy the whole policy as records shall hold it, keys included
   */
  record PolicyJudge(ImageJudge judge, Mode mode, Octets policy) {}

  /**
   * @param policyFile as the user named it
   * @param policy its bytes
   * @param ledger the ledger's folder, where there is one
   */
  PolicyJudge open(
      Arguments arguments,
      Context context,
      String policyFile,
      byte[] policy,
      Optional<Path> ledger);
}
