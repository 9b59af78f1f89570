package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.oci.BundleReferrers;
import dev.assay.oci.Content;
import dev.assay.oci.Descriptor;
import dev.assay.oci.DocumentReferrers;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Index;
import dev.assay.oci.LegacySignatures;
import dev.assay.oci.Manifest;
import dev.assay.oci.MediaTypes;
import dev.assay.oci.Reference;
import dev.assay.oci.Referrers;
import dev.assay.oci.StoredManifest;
import dev.assay.policy.TrustPolicy;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.DocumentSource;
import dev.assay.verify.History;
import dev.assay.verify.Requirement;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verdict;
import dev.assay.verify.Verifier;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Judges images: resolves the name once, checks the bytes it reads, fetches what is attached, and
 * hands it to the verifier. The command line and the gate use this same class.
 */
public final class RegistryJudge implements ImageJudge {

  /** What is asked of an image: by a policy, or by requirements given on a command line. */
  public interface Rules {
    Verifier.Outcome judge(
        Subject subject,
        String repository,
        List<Candidate> candidates,
        History history,
        Instant at);

    static Rules of(TrustPolicy policy, Trust trust) {
      return (subject, repository, candidates, history, at) ->
          Verifier.verify(subject, repository, candidates, policy, trust, history, at);
    }

    static Rules of(List<Requirement> requirements, Trust trust) {
      return (subject, repository, candidates, history, at) ->
          Verifier.verify(subject, candidates, requirements, trust, history, at);
    }
  }

  /**
   * An image, and the store to read it from.
   *
   * @param name as the caller named it
   * @param repository by which rules and records know it
   * @param tag what was asked for, unless it was a digest
   * @param identifier the digest, or else the tag
   */
  public record Located(
      String name, String repository, Optional<String> tag, String identifier, ImageStore store) {

    Optional<Digest> digest() {
      return Digest.isDigest(identifier) ? Optional.of(Digest.parse(identifier)) : Optional.empty();
    }
  }

  private static final int MAX_MANIFESTS = 1_000;

  private final Function<Reference, ImageStore> stores;
  private final Rules rules;
  private final Memory memory;
  private final EvidenceSink sink;
  private final boolean content;
  private final InstantSource clock;

  /**
   * @param stores opens the repository of a reference
   * @param content whether every layer is read and compared with its digest; a container runtime
   *     does that when it pulls, so a gate need not
   */
  public RegistryJudge(
      Function<Reference, ImageStore> stores,
      Rules rules,
      Memory memory,
      EvidenceSink sink,
      boolean content,
      InstantSource clock) {
    this.stores = stores;
    this.rules = rules;
    this.memory = memory;
    this.sink = sink;
    this.content = content;
    this.clock = clock;
  }

  @Override
  public Judgement judge(String image) {
    Reference reference = Reference.parse(image);
    // Where there is a digest, the tag beside it says nothing.
    Optional<String> tag = reference.digest().isPresent() ? Optional.empty() : reference.tag();
    return judge(
        new Located(image, reference.name(), tag, reference.identifier(), stores.apply(reference)));
  }

  /** Judges an image wherever it is; {@link #judge(String)} knows only images in registries. */
  public Judgement judge(Located image) {
    Instant at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    ImageStore store = image.store();
    List<Check> checks = new ArrayList<>();
    StoredManifest manifest;
    try {
      manifest = store.manifest(image.identifier());
    } catch (AssayException e) {
      checks.add(failed("image", e));
      return judgement(image, image.digest(), checks, at);
    }
    Digest digest = manifest.descriptor().digest();
    if (content) {
      checks.add(content(store, manifest));
    }
    Verifier.Outcome outcome;
    try {
      outcome = judge(store, Subject.of(image.name(), digest), image.repository(), at);
    } catch (AssayException e) {
      checks.add(failed("evidence", e));
      return judgement(image, Optional.of(digest), checks, at);
    }
    checks.addAll(outcome.checks());
    boolean good = checks.stream().allMatch(Check::passed);
    image.tag().flatMap(t -> tagCheck(image.repository(), t, digest, good)).ifPresent(checks::add);
    // Evidence of what was refused is not kept: it would become the history that later evidence is
    // held against, and whoever can attach evidence could write that history.
    if (good) {
      sink.keep(digest, image.repository(), outcome.accepted());
    }
    return judgement(image, Optional.of(digest), checks, at);
  }

  // Evidence in the older forms lies under tags that have to be asked for one by one: only where
  // what refers to the image does not suffice.
  private Verifier.Outcome judge(ImageStore store, Subject subject, String repository, Instant at) {
    Digest digest = subject.digest();
    Referrers referrers = store.referrers(digest, Optional.empty());
    List<Candidate> candidates = new ArrayList<>();
    DocumentSource documents = DocumentReferrers.among(store, digest, referrers);
    BundleReferrers.collect(store, digest, referrers)
        .forEach(found -> candidates.add(found.withDocuments(documents)));
    Verifier.Outcome outcome = rules.judge(subject, repository, candidates, memory, at);
    if (outcome.checks().stream().allMatch(Check::passed)) {
      return outcome;
    }
    List<LegacySignatures.Found> older = LegacySignatures.collect(store, digest, referrers);
    if (older.isEmpty()) {
      return outcome;
    }
    older.forEach(found -> candidates.add(found.candidate().withDocuments(documents)));
    return rules.judge(subject, repository, candidates, memory, at);
  }

  private static Judgement judgement(
      Located image, Optional<Digest> digest, List<Check> checks, Instant at) {
    return new Judgement(
        image.name(),
        Optional.of(image.repository()),
        image.tag(),
        digest,
        new Verdict(image.name(), digest, checks, at.toString()));
  }

  // What could not be read is open; what was read and is wrong is refused.
  private static Check failed(String name, AssayException e) {
    String message = String.valueOf(e.getMessage());
    return e.code().exit() == Code.Exit.UNDECIDED || e.code().exit() == Code.Exit.USAGE
        ? Check.notEvaluated(name, e.code(), message)
        : Check.fail(name, e.code(), message);
  }

  private Optional<Check> tagCheck(String repository, String tag, Digest now, boolean verified) {
    Optional<Memory.TagRecord> last = memory.tag(repository, tag);
    if (last.isEmpty()) {
      return verified
          ? Optional.empty()
          : Optional.of(
              Check.pass(
                  "tag",
                  tag + " names " + now + "; since when is UNKNOWN, nothing was recorded of it"));
    }
    Memory.TagRecord record = last.get();
    if (record.digest().equals(now)) {
      return Optional.of(
          Check.pass("tag", tag + " names " + now + ", as recorded at " + record.at()));
    }
    String moved =
        tag
            + " named another digest when it was last recorded, at "
            + record.at()
            + " (record "
            + record.index()
            + "); it moved after that";
    return Optional.of(
        verified
            ? Check.pass("tag", moved).expected(record.digest().toString(), now.toString())
            : Check.fail("tag", Code.TAG_MOVED, moved)
                .expected(record.digest().toString(), now.toString()));
  }

  private static Check content(ImageStore store, StoredManifest manifest) {
    Totals totals = new Totals();
    try {
      read(store, manifest, totals);
      return Check.pass("content", totals + " match their digests");
    } catch (AssayException e) {
      return failed("content", e);
    } catch (IOException e) {
      return Check.notEvaluated("content", Code.UNREACHABLE, String.valueOf(e.getMessage()));
    }
  }

  private static final class Totals {
    int manifests;
    int blobs;
    long bytes;

    @Override
    public String toString() {
      return blobs
          + (blobs == 1 ? " blob, " : " blobs, ")
          + String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
  }

  private static void read(ImageStore store, StoredManifest manifest, Totals totals)
      throws IOException {
    if (++totals.manifests > MAX_MANIFESTS) {
      throw new AssayException(Code.TOO_MANY, "an index of more than " + MAX_MANIFESTS + " images");
    }
    Content read = manifest.content();
    if (read instanceof Index index) {
      for (Descriptor child : index.references()) {
        if (MediaTypes.isManifest(child.mediaType()) || MediaTypes.isIndex(child.mediaType())) {
          read(store, store.manifest(child.digest()), totals);
        }
      }
    } else if (read instanceof Manifest image) {
      for (Descriptor blob : image.references()) {
        store.readBlob(blob, OutputStream.nullOutputStream());
        totals.blobs++;
        totals.bytes += blob.size();
      }
    }
  }
}
