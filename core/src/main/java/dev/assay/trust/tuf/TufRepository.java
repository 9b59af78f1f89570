package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.trust.Freshness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A repository whose metadata is verified; of targets and delegated roles what was asked for. */
public final class TufRepository {

  private record Visit(String role, Signers signers) {}

  private final RootRole root;
  private final Listing timestamp;
  private final Listing snapshot;
  private final TargetsRole targets;
  private final Map<String, byte[]> files;
  private final Map<String, Freshness.Expiry> expiries = new LinkedHashMap<>();

  TufRepository(
      RootRole root,
      Listing timestamp,
      Listing snapshot,
      TargetsRole targets,
      Map<String, byte[]> files) {
    this.root = root;
    this.timestamp = timestamp;
    this.snapshot = snapshot;
    this.targets = targets;
    this.files = files;
    for (Metadata metadata :
        List.of(root.metadata(), timestamp.metadata(), snapshot.metadata(), targets.metadata())) {
      expiries.put(metadata.role(), metadata.expiry());
    }
  }

  /**
   * Finds a target: in the top-level role, then in delegated ones in their order and depth first
   * (specification section 5.6.7).
   *
   * @param path letters, digits and {@code ._-} in segments that do not begin with a dot
   * @param fetcher gives delegated metadata
   * @return empty if no role that may speak for it names it
   * @throws AssayException as {@link TufClient#update}; with {@link Code#UNSAFE_PATH} for a path
   *     that could lead elsewhere, {@link Code#TOO_MANY} if the search does not end
   */
  public Optional<TufTarget> find(String path, TufFetcher fetcher) {
    if (!Names.isTarget(path)) {
      throw new AssayException(
          Code.UNSAFE_PATH, "not a target that is asked for: " + Text.quote(path));
    }
    Set<String> visited = new HashSet<>();
    Deque<Visit> open = new ArrayDeque<>();
    open.push(new Visit(RootRole.TARGETS, root.signers(RootRole.TARGETS)));
    while (!open.isEmpty()) {
      Visit visit = open.pop();
      if (!visited.add(visit.role())) {
        continue;
      }
      if (visited.size() > Limits.TUF_DELEGATIONS) {
        throw new AssayException(
            Code.TOO_MANY,
            "more than " + Limits.TUF_DELEGATIONS + " roles may speak for " + Text.quote(path));
      }
      TargetsRole role = load(visit, fetcher);
      Optional<FileFacts> facts = role.target(path);
      if (facts.isPresent()) {
        return Optional.of(
            new TufTarget(
                path, visit.role(), facts.get().length().orElseThrow(), facts.get().digests()));
      }
      push(role, path, open);
    }
    return Optional.empty();
  }

  private static void push(TargetsRole role, String path, Deque<Visit> open) {
    List<Visit> next = new ArrayList<>();
    for (Delegation delegation : role.delegations()) {
      if (delegation.covers(path)) {
        next.add(new Visit(delegation.name(), delegation.signers()));
        if (delegation.terminating()) {
          open.clear();
          break;
        }
      }
    }
    for (int i = next.size() - 1; i >= 0; i--) {
      open.push(next.get(i));
    }
  }

  private TargetsRole load(Visit visit, TufFetcher fetcher) {
    if (visit.role().equals(RootRole.TARGETS)) {
      return targets;
    }
    TargetsRole role = TufClient.targets(visit.role(), visit.signers(), root, snapshot, fetcher);
    Metadata metadata = role.metadata();
    files.put(TufClient.versioned(root, visit.role(), metadata.version()), metadata.bytes());
    expiries.put(visit.role(), metadata.expiry());
    return role;
  }

  /**
   * The content of a target, which has the length and every digest that the metadata states.
   *
   * @throws AssayException with {@link Code#SIZE_MISMATCH}, {@link Code#DIGEST_MISMATCH}, {@link
   *     Code#TOO_LARGE}, {@link Code#NOT_FOUND}, and as the fetcher throws
   */
  public byte[] download(TufTarget target, TufFetcher fetcher) {
    if (target.length() > Limits.TUF_TARGET_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE, "the target " + target.path() + " has " + target.length() + " bytes");
    }
    String name = fileName(target);
    byte[] content = TufClient.needed(fetcher, name, (int) target.length());
    new FileFacts(java.util.OptionalLong.of(target.length()), target.digests())
        .check(target.path(), content);
    files.put(name, content);
    return content;
  }

  // 5.7.3: with consistent snapshots a target's file begins with one of its digests.
  private String fileName(TufTarget target) {
    if (!root.consistentSnapshot()) {
      return "targets/" + target.path();
    }
    Digest digest = target.digests().getFirst();
    int slash = target.path().lastIndexOf('/') + 1;
    return "targets/"
        + target.path().substring(0, slash)
        + digest.hex()
        + "."
        + target.path().substring(slash);
  }

  /** How old the metadata is that was used so far, delegated roles included. */
  public Freshness freshness(Instant at, Duration grace) {
    return Freshness.of(List.copyOf(expiries.values()), at, grace);
  }

  /** The versions that were verified: what may not be undercut from now on. */
  public TufMarks marks() {
    Map<String, Long> listed = new LinkedHashMap<>();
    for (Map.Entry<String, Listing.Item> item : snapshot.items().entrySet()) {
      listed.put(item.getKey(), item.getValue().version());
    }
    return new TufMarks(timestamp.version(), snapshot.version(), listed);
  }

  /** The version of the root that is in force. */
  public long rootVersion() {
    return root.version();
  }

  /** Everything that was verified, to be kept; the timestamp comes last. */
  public TufState state() {
    Map<String, byte[]> out = new LinkedHashMap<>(files);
    out.put("timestamp.json", timestamp.metadata().bytes());
    return new TufState(out);
  }
}
