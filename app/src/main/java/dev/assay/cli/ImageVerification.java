package dev.assay.cli;

import dev.assay.bytes.Code;
import dev.assay.gate.EvidenceSink;
import dev.assay.gate.Judgement;
import dev.assay.gate.LedgerMemory;
import dev.assay.gate.Memory;
import dev.assay.gate.RegistryJudge;
import dev.assay.oci.RegistryClient;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import dev.assay.verify.Verifier;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Verifies images in registries for {@code verify}; loaded only when an image is named. */
final class ImageVerification implements AutoCloseable {

  private final RegistryJudge.Rules rules;
  private final Memory memory;
  private final EvidenceSink sink;
  private final @Nullable LedgerMemory ledger;
  private final boolean content;
  private final InstantSource clock;
  private final RegistryClient client;

  private ImageVerification(
      RegistryJudge.Rules rules,
      @Nullable LedgerMemory ledger,
      boolean content,
      InstantSource clock,
      RegistryClient client) {
    this.rules = rules;
    this.ledger = ledger;
    this.memory = ledger == null ? Memory.NONE : ledger;
    this.sink = ledger == null ? EvidenceSink.NONE : ledger;
    this.content = content;
    this.clock = clock;
    this.client = client;
  }

  static ImageVerification open(
      VerifyCommand.Request request, Arguments arguments, Context context) {
    RegistryJudge.Rules rules =
        request
            .policy()
            .map(file -> RegistryJudge.Rules.of(PolicyCommands.load(context, file)))
            .orElseGet(() -> RegistryJudge.Rules.of(request.requirements()));
    Optional<String> folder = arguments.value("ledger").or(() -> context.variable("ASSAY_LEDGER"));
    Clock clock = context.clock();
    InstantSource at = request.at().<InstantSource>map(InstantSource::fixed).orElse(clock);
    LedgerMemory ledger =
        folder
            .map(f -> LedgerMemory.open(context.path(f), l -> Indexes.open(l, context), clock))
            .orElse(null);
    return new ImageVerification(
        rules,
        ledger,
        !arguments.flag("manifest-only"),
        at,
        RegistryClient.of(context.environment(), arguments.flag("plain-http")));
  }

  VerifyCommand.Result verify(String image) {
    List<Verifier.Accepted> accepted = new ArrayList<>();
    RegistryJudge judge =
        new RegistryJudge(
            client::repository,
            rules,
            memory,
            (subject, repository, found) -> {
              accepted.addAll(found);
              sink.keep(subject, repository, found);
            },
            content,
            clock);
    Judgement judgement = judge.judge(image);
    if (ledger != null
        && judgement.repository().isPresent()
        && judgement.tag().isPresent()
        && judgement.digest().isPresent()) {
      ledger.keepTag(judgement.repository().get(), judgement.tag().get(), judgement.digest().get());
    }
    return new VerifyCommand.Result(
        judgement.verdict(), List.copyOf(accepted), next(judgement.verdict()));
  }

  private static Optional<String> next(Verdict verdict) {
    // An image to which a tag was moved is not to be signed before somebody has looked at it.
    if (verdict.checks().stream().anyMatch(c -> c.code().equals(Optional.of(Code.TAG_MOVED)))) {
      return Optional.of("assay explain " + Code.TAG_MOVED.id());
    }
    return verdict
        .decisive()
        .flatMap(Check::code)
        .map(code ->
            code == Code.NO_SIGNATURE && verdict.digest().isPresent()
                ? "assay sign --key KEY " + bare(verdict) + "   (if it is yours)"
                : "assay explain " + code.id());
  }

  private static String bare(Verdict verdict) {
    String subject = verdict.subject();
    if (subject.contains("@")) {
      return subject;
    }
    int colon = subject.lastIndexOf(':');
    String repository = colon > subject.lastIndexOf('/') ? subject.substring(0, colon) : subject;
    return repository + "@" + verdict.digest().orElseThrow();
  }

  @Override
  public void close() {
    client.close();
    if (ledger != null) {
      ledger.close();
    }
  }
}
