package dev.assay.cli;

import dev.assay.attest.Octets;
import dev.assay.gate.EvidenceCache;
import dev.assay.gate.EvidenceSink;
import dev.assay.gate.LedgerMemory;
import dev.assay.gate.Memory;
import dev.assay.gate.Mode;
import dev.assay.gate.RegistryJudge;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import dev.assay.policy.PolicyReader;
import dev.assay.policy.TrustPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The judge of a gate: registries, a policy, and the ledger's memory. */
final class GateJudges {

  private GateJudges() {}

  static JudgeSource.PolicyJudge open(
      Arguments arguments,
      Context context,
      String policyFile,
      byte[] document,
      Optional<Path> ledger) {
    Function<String, byte[]> keyFiles = name -> PolicyCommands.keyFile(context, policyFile, name);
    TrustPolicy policy = PolicyReader.readOrThrow(document, keyFiles);
    LedgerMemory memory =
        ledger
            .map(
                folder -> LedgerMemory.open(folder, l -> Indexes.open(l, context), context.clock()))
            .orElse(null);
    // Lives as long as the gate, which lives as long as the process.
    RegistryClient client = TlsOptions.registryClient(arguments, context);
    RegistryJudge judge =
        new RegistryJudge(
            client::repository,
            RegistryJudge.Rules.of(
                policy, TrustOptions.trust(List.of(), context, Optional.empty())),
            memory == null ? Memory.NONE : memory,
            memory == null ? EvidenceSink.NONE : memory,
            RegistryJudge.Reading.MANIFEST,
            EvidenceCache.NONE,
            context.clock());
    Optional<Reference> elsewhere = SignatureRepository.of(arguments, context);
    return new JudgeSource.PolicyJudge(
        elsewhere.isPresent() ? judge.withEvidenceFrom(client.repository(elsewhere.get())) : judge,
        policy.mode() == TrustPolicy.Mode.ENFORCE ? Mode.ENFORCE : Mode.AUDIT,
        Octets.of(PolicyReader.selfContained(document, keyFiles)));
  }
}
