package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.gate.EvidenceCache;
import dev.assay.gate.EvidenceFolder;
import dev.assay.gate.EvidenceSink;
import dev.assay.gate.Judgement;
import dev.assay.gate.LedgerMemory;
import dev.assay.gate.Memory;
import dev.assay.gate.RegistryJudge;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Reference;
import dev.assay.oci.RegistryClient;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import dev.assay.verify.Verifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Verifies images for {@code verify}; loaded only when one is named. */
final class ImageVerification implements AutoCloseable {

  private static final String NOT_READ =
      "content: not read; the verdict is about the digest, with which whoever pulls compares the"
          + " bytes (--content reads them here)";

  private final RegistryJudge.Rules rules;
  private final Memory memory;
  private final EvidenceSink sink;
  private final @Nullable LedgerMemory ledger;
  private final RegistryJudge.Reading tags;
  private final RegistryJudge.Reading digests;
  private final Optional<EvidenceFolder> cache;
  private final InstantSource clock;
  private final Supplier<RegistryClient> registries;
  private final Supplier<Optional<Reference>> elsewhere;
  private final Context context;
  private final boolean offline;
  // As which an image that lies on a disk is judged; nothing on the disk can say that.
  private final Optional<String> repository;
  private @Nullable RegistryClient client;

  private ImageVerification(
      RegistryJudge.Rules rules,
      @Nullable LedgerMemory ledger,
      RegistryJudge.Reading tags,
      RegistryJudge.Reading digests,
      Optional<EvidenceFolder> cache,
      InstantSource clock,
      Supplier<RegistryClient> registries,
      Supplier<Optional<Reference>> elsewhere,
      boolean offline,
      Optional<String> repository,
      Context context) {
    this.repository = repository;
    this.rules = rules;
    this.ledger = ledger;
    this.memory = ledger == null ? Memory.NONE : ledger;
    this.sink = ledger == null ? EvidenceSink.NONE : ledger;
    this.tags = tags;
    this.digests = digests;
    this.cache = cache;
    this.clock = clock;
    this.registries = registries;
    this.elsewhere = elsewhere;
    this.offline = offline;
    this.context = context;
  }

  static ImageVerification open(VerifyRequest request, Arguments arguments, Context context) {
    RegistryJudge.Rules rules =
        request
            .policy()
            .map(
                file -> RegistryJudge.Rules.of(PolicyCommands.load(context, file), request.trust()))
            .orElseGet(() -> RegistryJudge.Rules.of(request.requirements(), request.trust()));
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
        reading(request, arguments, false),
        reading(request, arguments, true),
        cache(arguments, context),
        at,
        () -> TlsOptions.client(arguments, context),
        () -> SignatureRepository.of(arguments, context),
        request.offline(),
        repository(request, arguments),
        context);
  }

  private static Optional<String> repository(VerifyRequest request, Arguments arguments) {
    Optional<String> name = arguments.value("repository");
    if (name.isPresent() && request.policy().isEmpty()) {
      throw new AssayException(
          Code.USAGE, "--repository goes with --policy, which asks for its name");
    }
    return name.map(n -> {
      Reference reference = Reference.parse(n);
      if (reference.digest().isPresent() || n.lastIndexOf(':') > n.lastIndexOf('/')) {
        throw new AssayException(
            Code.USAGE, "--repository takes a name without tag and digest: " + Text.quote(n));
      }
      return reference.name();
    });
  }

  // By a digest its signers were asked about: nothing but their evidence answers that. A tag and a
  // policy ask what this registry gives.
  private static RegistryJudge.Reading reading(
      VerifyRequest request, Arguments arguments, boolean byDigest) {
    boolean layers = arguments.flag("content");
    boolean none = arguments.flag("manifest-only");
    if (layers && none) {
      throw new AssayException(Code.USAGE, "--content and --manifest-only contradict each other");
    }
    boolean evidence = none || byDigest && request.policy().isEmpty();
    return layers || !evidence ? RegistryJudge.Reading.CONTENT : RegistryJudge.Reading.DIGEST;
  }

  private static Optional<EvidenceFolder> cache(Arguments arguments, Context context) {
    if (arguments.flag("no-cache")) {
      return Optional.empty();
    }
    return new Home(context)
        .cache()
        .map(setting ->
            new EvidenceFolder(
                Path.of(setting.value(), "evidence"), context.clock(), !arguments.flag("refresh")));
  }

  private synchronized RegistryClient client() {
    RegistryClient opened = client;
    if (opened == null) {
      opened = registries.get();
      client = opened;
    }
    return opened;
  }

  VerifyCommand.Result verify(String name) {
    ImageLocation location = ImageLocation.parse(name);
    if (location instanceof ImageLocation.OnDisk found) {
      return onDisk(name, found);
    }
    if (repository.isPresent()) {
      throw new AssayException(
          Code.USAGE,
          "--repository goes with images in layouts and archives; "
              + Text.quote(name)
              + " says where it is");
    }
    return inRegistry(name);
  }

  // A folder's or a file's name says nothing about where the image is from: what was recorded of
  // tags is not
  // asked, and nothing is recorded.
  private VerifyCommand.Result onDisk(String name, ImageLocation.OnDisk location) {
    List<Verifier.Accepted> accepted = new ArrayList<>();
    // Nothing of what lies on a disk is far away.
    RegistryJudge judge =
        judge(
            withoutTags(memory), (s, r, found) -> accepted.addAll(found), tags, EvidenceCache.NONE);
    Optional<String> tag = location.digest().isPresent() ? Optional.empty() : location.tag();
    ImageStore store = location.open(context);
    Judgement judgement =
        judge.judge(
            new RegistryJudge.Located(
                name, repository.orElse(location.name()), tag, location.identifier(store), store));
    Verdict verdict = judgement.verdict();
    if (offline && tag.isPresent()) {
      verdict =
          verdict.noting(
              List.of("offline: whether a registry's tag names this image was not looked at"));
    }
    return new VerifyCommand.Result(
        verdict,
        List.copyOf(accepted),
        verdict.decisive().flatMap(Check::code).map(c -> "assay explain " + c.id()));
  }

  private static Memory withoutTags(Memory memory) {
    return new Memory() {
      @Override
      public Optional<TagRecord> tag(String repository, String tag) {
        return Optional.empty();
      }

      @Override
      public Optional<String> firstCommit(String repository, String ref) {
        return memory.firstCommit(repository, ref);
      }

      @Override
      public Optional<Digest> firstDigest(String packageUrl) {
        return memory.firstDigest(packageUrl);
      }
    };
  }

  private RegistryJudge judge(
      Memory remembered, EvidenceSink keeper, RegistryJudge.Reading reading, EvidenceCache seen) {
    return new RegistryJudge(
        reference -> client().repository(reference),
        rules,
        remembered,
        keeper,
        reading,
        seen,
        clock);
  }

  private VerifyCommand.Result inRegistry(String image) {
    List<Verifier.Accepted> accepted = new ArrayList<>();
    RegistryJudge.Reading reading = image.contains("@") ? digests : tags;
    RegistryJudge judge =
        judge(
            memory,
            (subject, repository, found) -> {
              accepted.addAll(found);
              sink.keep(subject, repository, found);
            },
            reading,
            cache.<EvidenceCache>map(c -> c).orElse(EvidenceCache.NONE));
    Optional<Reference> kept = elsewhere.get();
    Judgement judgement =
        (kept.isPresent() ? judge.withEvidenceFrom(client().repository(kept.get())) : judge)
            .judge(image);
    if (ledger != null
        && judgement.repository().isPresent()
        && judgement.tag().isPresent()
        && judgement.digest().isPresent()) {
      ledger.keepTag(judgement.repository().get(), judgement.tag().get(), judgement.digest().get());
    }
    Verdict verdict = judgement.verdict();
    if (reading != RegistryJudge.Reading.CONTENT && verdict.digest().isPresent()) {
      verdict = verdict.noting(List.of(NOT_READ));
    }
    return new VerifyCommand.Result(verdict, List.copyOf(accepted), next(verdict));
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
  public synchronized void close() {
    RegistryClient opened = client;
    if (opened != null) {
      opened.close();
    }
    if (ledger != null) {
      ledger.close();
    }
    cache.ifPresent(EvidenceFolder::close);
  }
}
