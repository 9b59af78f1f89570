package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The client workflow of TUF (specification 1.0, section 5), from a pinned root. It fetches by a
 * {@link TufFetcher} and keeps nothing: what to remember goes in and comes out as {@link TufState}.
 *
 * <p>Time plays no part. What has expired is told by {@link TufRepository#freshness}; everything
 * else that the specification demands is demanded always.
 */
public final class TufClient {

  private final RootRole pinned;
  private final TufMarks floor;

  /**
   * @param pinnedRoot root metadata that is trusted as it is; its own signatures are checked all
   *     the same
   * @param floor versions below which nothing is accepted as long as the keys of timestamp and
   *     snapshot are those of the pinned root
   * @throws AssayException with {@link Code#BAD_METADATA} or {@link Code#METADATA_NOT_SIGNED}
   */
  public TufClient(byte[] pinnedRoot, TufMarks floor) {
    this.pinned = RootRole.read(pinnedRoot);
    pinned.signers(RootRole.ROOT).check(pinned.metadata(), "its own root keys");
    this.floor = floor;
  }

  /** The version of the pinned root. */
  public long pinnedVersion() {
    return pinned.version();
  }

  /**
   * Verifies what was stored, from the pinned root on, and fetches nothing.
   *
   * @throws AssayException as {@link #update}
   */
  public TufRepository open(TufState stored) {
    return update(TufState.EMPTY, stored.fetcher());
  }

  /**
   * Brings the metadata up to date: roots one by one, timestamp, snapshot, targets.
   *
   * @param stored the outcome of the last update, or {@link TufState#EMPTY}
   * @throws AssayException with {@link Code#METADATA_ROLLBACK} for versions older than seen before
   *     or not following, {@link Code#METADATA_NOT_SIGNED}, {@link Code#BAD_METADATA}, {@link
   *     Code#DIGEST_MISMATCH} and {@link Code#SIZE_MISMATCH} for files that are not what signed
   *     ones say, {@link Code#TOO_LARGE}, {@link Code#NOT_FOUND}, and as the fetcher throws
   */
  public TufRepository update(TufState stored, TufFetcher fetcher) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(pinned.version() + ".root.json", pinned.metadata().bytes());
    RootRole before = walk(pinned, stored.fetcher(), files);
    RootRole root = walk(before, fetcher, files);

    TufMarks marks = root.recovers(pinned) ? TufMarks.NONE : floor;
    Optional<Listing> oldTimestamp = Optional.empty();
    if (!root.recovers(before)) {
      oldTimestamp = stored(stored, "timestamp.json", RootRole.TIMESTAMP, root);
      marks = marks.max(marks(stored, oldTimestamp, root));
    }

    Listing timestamp = timestamp(root, fetcher, marks, oldTimestamp);
    Listing snapshot = snapshot(root, timestamp, fetcher, marks);
    TargetsRole targets =
        targets(RootRole.TARGETS, root.signers(RootRole.TARGETS), root, snapshot, fetcher);

    Listing.Item snapshotItem = timestamp.item("snapshot.json");
    files.put(versioned(root, "snapshot", snapshotItem.version()), snapshot.metadata().bytes());
    files.put(
        versioned(root, RootRole.TARGETS, targets.metadata().version()),
        targets.metadata().bytes());
    return new TufRepository(root, timestamp, snapshot, targets, files);
  }

  // 5.3: each root is signed by the one before and by itself, and none is left out.
  private static RootRole walk(RootRole from, TufFetcher fetcher, Map<String, byte[]> files) {
    RootRole root = from;
    for (int i = 0; ; i++) {
      String name = (root.version() + 1) + ".root.json";
      Optional<byte[]> next = fetch(fetcher, name, Limits.TUF_ROOT_BYTES);
      if (next.isEmpty()) {
        return root;
      }
      if (i == Limits.TUF_ROOTS) {
        throw new AssayException(
            Code.TOO_MANY, "more than " + Limits.TUF_ROOTS + " new versions of the TUF root");
      }
      root = root.next(next.get());
      files.put(name, next.get());
    }
  }

  // 5.4
  private static Listing timestamp(
      RootRole root, TufFetcher fetcher, TufMarks marks, Optional<Listing> old) {
    byte[] bytes = needed(fetcher, "timestamp.json", Limits.TUF_TIMESTAMP_BYTES);
    Listing timestamp = Listing.read(bytes, RootRole.TIMESTAMP, Limits.TUF_TIMESTAMP_BYTES);
    root.signers(RootRole.TIMESTAMP).check(timestamp.metadata(), "the timestamp role");
    notBefore("timestamp", timestamp.version(), marks.timestamp());
    notBefore(
        "the timestamp's snapshot", timestamp.item("snapshot.json").version(), marks.snapshot());
    // 5.4.3.1: nothing new; what was verified before is kept.
    return old.isPresent() && old.get().version() == timestamp.version() ? old.get() : timestamp;
  }

  // 5.5
  private static Listing snapshot(
      RootRole root, Listing timestamp, TufFetcher fetcher, TufMarks marks) {
    Listing.Item item = timestamp.item("snapshot.json");
    String name = versioned(root, RootRole.SNAPSHOT, item.version());
    int cap = item.facts().cap(Limits.TUF_SNAPSHOT_BYTES);
    byte[] bytes = needed(fetcher, name, cap);
    item.facts().check(name, bytes);
    Listing snapshot = Listing.read(bytes, RootRole.SNAPSHOT, Limits.TUF_SNAPSHOT_BYTES);
    root.signers(RootRole.SNAPSHOT).check(snapshot.metadata(), "the snapshot role");
    sameVersion(snapshot.metadata(), item.version());
    for (Map.Entry<String, Long> mark : marks.targets().entrySet()) {
      Listing.Item now = snapshot.items().get(mark.getKey());
      if (now == null) {
        throw new AssayException(
            Code.METADATA_ROLLBACK,
            "the snapshot no longer lists " + mark.getKey() + ", which it listed before");
      }
      notBefore("the snapshot's " + mark.getKey(), now.version(), mark.getValue());
    }
    return snapshot;
  }

  // 5.6.1 to 5.6.6; delegated roles as well.
  static TargetsRole targets(
      String role, Signers signers, RootRole root, Listing snapshot, TufFetcher fetcher) {
    Listing.Item item = snapshot.item(role + ".json");
    String name = versioned(root, role, item.version());
    byte[] bytes = needed(fetcher, name, item.facts().cap(Limits.TUF_TARGETS_BYTES));
    item.facts().check(name, bytes);
    TargetsRole targets = TargetsRole.read(bytes, role);
    signers.check(targets.metadata(), "the role " + role);
    sameVersion(targets.metadata(), item.version());
    return targets;
  }

  // What the stored files prove was seen; files that prove nothing are as if they were not there.
  private static TufMarks marks(TufState stored, Optional<Listing> timestamp, RootRole root) {
    if (timestamp.isEmpty()) {
      return TufMarks.NONE;
    }
    long snapshotVersion = timestamp.get().item("snapshot.json").version();
    Map<String, Long> targets = new HashMap<>();
    Optional<Listing> snapshot =
        stored(
            stored, versioned(root, RootRole.SNAPSHOT, snapshotVersion), RootRole.SNAPSHOT, root);
    if (snapshot.isPresent()) {
      for (Map.Entry<String, Listing.Item> item : snapshot.get().items().entrySet()) {
        targets.put(item.getKey(), item.getValue().version());
      }
    }
    return new TufMarks(timestamp.get().version(), snapshotVersion, targets);
  }

  private static Optional<Listing> stored(
      TufState stored, String name, String role, RootRole root) {
    Optional<byte[]> bytes = stored.file(name);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      Listing listing = Listing.read(bytes.get(), role, Limits.TUF_SNAPSHOT_BYTES);
      root.signers(role).check(listing.metadata(), "the " + role + " role");
      if (role.equals(RootRole.TIMESTAMP)) {
        listing.item("snapshot.json");
      }
      return Optional.of(listing);
    } catch (AssayException e) {
      return Optional.empty();
    }
  }

  private static void notBefore(String what, long found, long mark) {
    if (found < mark) {
      throw new AssayException(
          Code.METADATA_ROLLBACK,
          what + " has version " + found + ", and version " + mark + " was seen before");
    }
  }

  private static void sameVersion(Metadata metadata, long listed) {
    if (metadata.version() != listed) {
      throw new AssayException(
          Code.BAD_METADATA, metadata.name() + " found, where version " + listed + " is listed");
    }
  }

  static String versioned(RootRole root, String role, long version) {
    return root.consistentSnapshot() ? version + "." + role + ".json" : role + ".json";
  }

  static byte[] needed(TufFetcher fetcher, String name, int maxBytes) {
    return fetch(fetcher, name, maxBytes)
        .orElseThrow(
            () -> new AssayException(Code.NOT_FOUND, "the TUF repository has no file " + name));
  }

  private static Optional<byte[]> fetch(TufFetcher fetcher, String name, int maxBytes) {
    Optional<byte[]> file = fetcher.fetch(name, maxBytes);
    if (file.isPresent() && file.get().length > maxBytes) {
      throw new AssayException(
          Code.TOO_LARGE, name + " of the TUF repository has more than " + maxBytes + " bytes");
    }
    return file;
  }
}
