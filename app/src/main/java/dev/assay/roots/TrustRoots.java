package dev.assay.roots;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Hashes;
import dev.assay.trust.Freshness;
import dev.assay.trust.PublicGood;
import dev.assay.trust.SigningConfigReader;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.TrustRootReader;
import dev.assay.trust.tuf.TufClient;
import dev.assay.trust.tuf.TufFetcher;
import dev.assay.trust.tuf.TufMarks;
import dev.assay.trust.tuf.TufRepository;
import dev.assay.trust.tuf.TufState;
import dev.assay.trust.tuf.TufTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The trust root that is in force where a command names none: what TUF brought, verified again from
 * the pinned root on, else what the product holds. A repository of one's own is used in place of
 * the public-good one by pinning its root.
 */
public final class TrustRoots {

  private static final int PEEK_BYTES = Limits.TUF_TIMESTAMP_BYTES;

  private TrustRoots() {}

  /** Where a trust root came from. */
  public enum Origin {
    /** The product. */
    SHIPPED,
    /** A TUF repository. */
    TUF
  }

  /**
   * What is in force.
   *
   * @param roots at least one
   * @param freshness of the metadata that names them
   * @param source for a person: where they came from, with a date or versions
   * @param bytes the document
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record InForce(
      List<TrustRoot> roots, Freshness freshness, Origin origin, String source, byte[] bytes) {
    public InForce {
      roots = List.copyOf(roots);
    }
  }

  /**
   * What an update did.
   *
   * @param rootBefore version of the TUF root before
   * @param rootNow version of the TUF root now
   * @param marks the versions that were verified
   * @param changed whether the trust root is another one than was in force before
   */
  public record Updated(
      long rootBefore, long rootNow, TufMarks marks, boolean changed, InForce inForce) {}

  /**
   * The trust root in force. Touches no network.
   *
   * @param data Assay's data folder
   * @param pinned TUF root metadata of a repository of one's own; absent: the public-good one
   * @param now what the freshness is told for; never before the last update
   * @param grace how long after expiry metadata still is acceptable
   * @throws AssayException with {@link Code#NO_TRUST_ROOT} for a repository of one's own that was
   *     never updated, and as {@link TufClient#update} and {@link TrustRootReader#read} for what
   *     was kept and is not good
   */
  public static InForce inForce(Path data, Optional<byte[]> pinned, Instant now, Duration grace) {
    TufStore store = store(data, pinned);
    if (!store.isThere() || pinned.isEmpty() && olderThanShipped(store)) {
      if (pinned.isPresent()) {
        throw new AssayException(
            Code.NO_TRUST_ROOT,
            "nothing was fetched yet from the repository with this TUF root",
            "assay trust update --root FILE --mirror URL");
      }
      return shipped(now, grace);
    }
    TufClient client = client(pinned);
    TufState state = store.load();
    TufRepository repository = client.open(state);
    TufFetcher kept = TufFetcher.of(state.files());
    return fromTuf(repository, download(repository, kept), later(now, store), grace, store);
  }

  /**
   * The signing config that belongs to the trust root in force: of the kept repository, else what
   * the product holds. Touches no network.
   *
   * @throws AssayException with {@link Code#NO_SERVICE} if the repository has none, and as {@link
   *     #inForce}
   */
  public static byte[] signingConfig(Path data, Optional<byte[]> pinned) {
    TufStore store = store(data, pinned);
    if (!store.isThere() || pinned.isEmpty() && olderThanShipped(store)) {
      if (pinned.isEmpty()) {
        return PublicGood.signingConfig();
      }
      throw new AssayException(
          Code.NO_TRUST_ROOT,
          "nothing was fetched yet from the repository with this TUF root",
          "assay trust update --root FILE --mirror URL");
    }
    TufState state = store.load();
    TufRepository repository = client(pinned).open(state);
    TufFetcher kept = TufFetcher.of(state.files());
    Optional<TufTarget> target = repository.find(PublicGood.SIGNING_CONFIG, kept);
    if (target.isEmpty()) {
      throw new AssayException(
          Code.NO_SERVICE,
          "the TUF repository names no " + PublicGood.SIGNING_CONFIG,
          "--signing-config FILE names the services");
    }
    try {
      return repository.download(target.get(), kept);
    } catch (AssayException e) {
      if (e.code() != Code.NOT_FOUND) {
        throw e;
      }
      throw new AssayException(
          Code.NO_SERVICE,
          "the last update brought no " + PublicGood.SIGNING_CONFIG,
          Optional.of("assay trust update"),
          e);
    }
  }

  /** What the product holds. */
  public static InForce shipped(Instant now, Duration grace) {
    byte[] bytes = PublicGood.trustedRoot();
    return new InForce(
        List.of(TrustRootReader.readKnown(bytes)),
        Freshness.of(PublicGood.expiries(), now, grace),
        Origin.SHIPPED,
        "shipped with assay, public-good Sigstore of " + PublicGood.DATE,
        bytes);
  }

  /**
   * Runs the TUF client and keeps what it verified. Nothing is kept unless everything is verified,
   * the trust root read included. That metadata has expired does not stop it: it is told.
   *
   * @param mirror where the files come from
   * @param from what that is called
   * @param now by the clock, to be remembered: no later command takes it to be earlier
   * @param at the time that the freshness is told for
   * @throws AssayException as {@link TufClient#update}, {@link TrustRootReader#read} and the mirror
   */
  public static Updated update(
      Path data,
      Optional<byte[]> pinned,
      TufFetcher mirror,
      String from,
      Instant now,
      Instant at,
      Duration grace) {
    TufStore store = store(data, pinned);
    TufClient client = client(pinned);
    TufState before = store.load();
    long rootBefore = client.pinnedVersion();
    while (before.files().containsKey((rootBefore + 1) + ".root.json")) {
      rootBefore++;
    }
    TufRepository repository = client.update(before, mirror);
    byte[] bytes = download(repository, mirror);
    TrustRootReader.readAll(bytes);
    keepSigningConfig(repository, mirror);
    TufState after = repository.state();
    boolean changed = after.files().keySet().stream().anyMatch(n -> isNew(n, before));
    store.save(after, later(now, store), from);
    return new Updated(
        rootBefore,
        repository.rootVersion(),
        repository.marks(),
        changed,
        fromTuf(repository, bytes, later(at, store), grace, store));
  }

  // For those who sign. A medium that was made for those who verify may lack it.
  private static void keepSigningConfig(TufRepository repository, TufFetcher mirror) {
    Optional<TufTarget> target = repository.find(PublicGood.SIGNING_CONFIG, mirror);
    try {
      target.ifPresent(t -> SigningConfigReader.read(repository.download(t, mirror)));
    } catch (AssayException e) {
      if (e.code() != Code.NOT_FOUND) {
        throw e;
      }
    }
  }

  private static boolean isNew(String name, TufState before) {
    return name.startsWith("targets/")
        && name.endsWith(PublicGood.TARGET)
        && !before.files().containsKey(name);
  }

  private static InForce fromTuf(
      TufRepository repository, byte[] bytes, Instant now, Duration grace, TufStore store) {
    TufMarks marks = repository.marks();
    String source =
        "TUF root "
            + repository.rootVersion()
            + ", timestamp "
            + marks.timestamp()
            + ", kept in "
            + store.folder();
    // The update that kept them read them whole.
    return new InForce(
        TrustRootReader.readAllKnown(bytes),
        repository.freshness(now, grace),
        Origin.TUF,
        source,
        bytes);
  }

  private static byte[] download(TufRepository repository, TufFetcher from) {
    Optional<TufTarget> target = repository.find(PublicGood.TARGET, from);
    if (target.isEmpty()) {
      throw new AssayException(
          Code.NO_TRUST_ROOT, "the TUF repository names no target " + PublicGood.TARGET);
    }
    return repository.download(target.get(), from);
  }

  // The last update was at that time, whatever the clock says today.
  private static Instant later(Instant now, TufStore store) {
    Optional<Instant> updated = store.updated();
    return updated.isPresent() && updated.get().isAfter(now) ? updated.get() : now;
  }

  // Looked at unverified, and only to prefer what the product holds: a newer product may hold a
  // newer state than was fetched by an older one.
  private static boolean olderThanShipped(TufStore store) {
    try {
      byte[] bytes = FolderMirror.read(store.folder().resolve("timestamp.json"), PEEK_BYTES);
      Fields file = Fields.of(Json.parse(bytes, PEEK_BYTES), "timestamp");
      boolean newerRoot =
          Files.exists(store.folder().resolve((PublicGood.ROOT_VERSION + 1) + ".root.json"));
      return !newerRoot && file.object("signed").integer("version") < PublicGood.TIMESTAMP_VERSION;
    } catch (AssayException e) {
      return false;
    }
  }

  private static TufClient client(Optional<byte[]> pinned) {
    return pinned.isPresent()
        ? new TufClient(pinned.get(), TufMarks.NONE)
        : new TufClient(
            PublicGood.tufRoot(),
            new TufMarks(
                PublicGood.TIMESTAMP_VERSION,
                PublicGood.SNAPSHOT_VERSION,
                PublicGood.TARGETS_VERSIONS));
  }

  private static TufStore store(Path data, Optional<byte[]> pinned) {
    String name =
        pinned.isPresent()
            ? "root-" + Hashes.sha256Digest(pinned.get()).hex().substring(0, 16)
            : "public-good";
    return new TufStore(data.resolve("tuf").resolve(name));
  }
}
