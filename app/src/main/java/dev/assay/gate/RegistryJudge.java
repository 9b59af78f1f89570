package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.oci.Content;
import dev.assay.oci.Descriptor;
import dev.assay.oci.ImageStore;
import dev.assay.oci.Index;
import dev.assay.oci.Manifest;
import dev.assay.oci.MediaTypes;
import dev.assay.oci.Reference;
import dev.assay.oci.StoredManifest;
import dev.assay.policy.TrustPolicy;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
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

    /** Which evidence can answer what is asked of the images of a repository. */
    default Wanted wanted(String repository) {
      return Wanted.EVERYTHING;
    }

    static Rules of(TrustPolicy policy, Trust trust) {
      return new Rules() {
        @Override
        public Verifier.Outcome judge(
            Subject subject,
            String repository,
            List<Candidate> candidates,
            History history,
            Instant at) {
          return Verifier.verify(subject, repository, candidates, policy, trust, history, at);
        }

        @Override
        public Wanted wanted(String repository) {
          List<Requirement> requirements = new ArrayList<>();
          policy.rulesFor(repository).forEach(rule -> requirements.addAll(Requirement.of(rule)));
          return Wanted.by(requirements);
        }
      };
    }

    static Rules of(List<Requirement> requirements, Trust trust) {
      return new Rules() {
        @Override
        public Verifier.Outcome judge(
            Subject subject,
            String repository,
            List<Candidate> candidates,
            History history,
            Instant at) {
          return Verifier.verify(subject, candidates, requirements, trust, history, at);
        }

        @Override
        public Wanted wanted(String repository) {
          return Wanted.by(requirements);
        }
      };
    }
  }

  /** How much is read of an image itself; evidence about it always is. */
  public enum Reading {
    /**
     * Nothing, where its digest is given and verifies: that digest is what the verdict is about.
     */
    DIGEST,
    /** Its manifest. */
    MANIFEST,
    /** Everything, each part compared with its digest. */
    CONTENT
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
  private final Reading reading;
  private final EvidenceCache cache;
  private final InstantSource clock;
  private final Optional<ImageStore> evidence;

  /**
   * @param stores opens the repository of a reference
   * @param reading a container runtime compares every layer with its digest when it pulls, so a
   *     gate need not
   * @param cache evidence seen before
   */
  public RegistryJudge(
      Function<Reference, ImageStore> stores,
      Rules rules,
      Memory memory,
      EvidenceSink sink,
      Reading reading,
      EvidenceCache cache,
      InstantSource clock) {
    this(stores, rules, memory, sink, reading, cache, clock, Optional.empty());
  }

  private RegistryJudge(
      Function<Reference, ImageStore> stores,
      Rules rules,
      Memory memory,
      EvidenceSink sink,
      Reading reading,
      EvidenceCache cache,
      InstantSource clock,
      Optional<ImageStore> evidence) {
    this.evidence = evidence;
    this.stores = stores;
    this.rules = rules;
    this.memory = memory;
    this.sink = sink;
    this.reading = reading;
    this.cache = cache;
    this.clock = clock;
  }

  /** The same judge, but signatures and attestations are in this store, not beside the image. */
  public RegistryJudge withEvidenceFrom(ImageStore elsewhere) {
    return new RegistryJudge(
        stores, rules, memory, sink, reading, cache, clock, Optional.of(elsewhere));
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
    Optional<Digest> given = reading == Reading.DIGEST ? image.digest() : Optional.empty();
    Digest digest;
    if (given.isPresent()) {
      digest = given.get();
    } else {
      StoredManifest manifest;
      try {
        manifest = store.manifest(image.identifier());
      } catch (AssayException e) {
        checks.add(failed("image", e));
        return judgement(image, image.digest(), checks, at);
      }
      digest = manifest.descriptor().digest();
      if (reading == Reading.CONTENT) {
        checks.add(content(store, manifest));
      }
    }
    EvidenceSearch.Found found;
    try {
      found = search(store, Subject.of(image.name(), digest), image.repository(), at);
    } catch (AssayException e) {
      checks.add(failed("evidence", e));
      return judgement(image, Optional.of(digest), checks, at);
    }
    Verifier.Outcome outcome = found.outcome();
    if (given.isPresent() && !EvidenceSearch.passes(outcome)) {
      // What is not there at all is not unsigned.
      Optional<Check> absent = absent(store, image);
      if (absent.isPresent()) {
        checks.add(absent.get());
        if (absent.get().code().equals(Optional.of(Code.NOT_FOUND))) {
          return judgement(image, Optional.of(digest), checks, at);
        }
      }
    }
    checks.addAll(outcome.checks());
    boolean good = checks.stream().allMatch(Check::passed);
    image.tag().flatMap(t -> tagCheck(image.repository(), t, digest, good)).ifPresent(checks::add);
    // Evidence of what was refused is not kept: it would become the history that later evidence is
    // held against, and whoever can attach evidence could write that history.
    if (good) {
      sink.keep(digest, image.repository(), outcome.accepted());
    }
    return judgement(image, Optional.of(digest), checks, at, found.notes());
  }

  private EvidenceSearch.Found search(
      ImageStore store, Subject subject, String repository, Instant at) {
    return new EvidenceSearch(
            evidence.orElse(store),
            subject.digest(),
            evidence.map(ImageStore::name).orElse(repository),
            rules.wanted(repository),
            cache,
            candidates -> rules.judge(subject, repository, candidates, memory, at))
        .run();
  }

  private static Optional<Check> absent(ImageStore store, Located image) {
    try {
      store.manifest(image.identifier());
      return Optional.empty();
    } catch (AssayException e) {
      return Optional.of(failed("image", e));
    }
  }

  private static Judgement judgement(
      Located image, Optional<Digest> digest, List<Check> checks, Instant at) {
    return judgement(image, digest, checks, at, List.of());
  }

  private static Judgement judgement(
      Located image, Optional<Digest> digest, List<Check> checks, Instant at, List<String> notes) {
    return new Judgement(
        image.name(),
        Optional.of(image.repository()),
        image.tag(),
        digest,
        new Verdict(image.name(), digest, checks, at.toString(), notes));
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
