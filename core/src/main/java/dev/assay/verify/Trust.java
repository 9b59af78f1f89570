package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.crypto.PathCache;
import dev.assay.policy.TrustPolicy;
import dev.assay.trust.TrustRoot;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whom a verifier believes besides the signers, and how much it asks for. Keep the object where
 * many are verified: it remembers which certificates of authorities and which checkpoints were
 * found good. Safe for use by several threads.
 */
public final class Trust {

  /** No authority is believed: managed keys only. */
  public static final Trust NONE = of(List.of());

  private final Supplier<List<TrustRoot>> source;
  private final @Nullable Supplier<Check> freshness;
  private final Demands demands;
  private final Known known;
  private volatile @Nullable List<TrustRoot> roots;
  // The policy that was asked about last: a process has one.
  private volatile @Nullable Derived derived;

  private Trust(
      Supplier<List<TrustRoot>> source,
      @Nullable Supplier<Check> freshness,
      Demands demands,
      Known known) {
    this.source = source;
    this.freshness = freshness;
    this.demands = demands;
    this.known = known;
  }

  /** Trust roots of which a certificate is judged by the one whose authority issued it. */
  public static Trust of(List<TrustRoot> roots) {
    return of(() -> roots);
  }

  /** As {@link #of(List)}, with roots that are read when something needs them, once. */
  public static Trust of(Supplier<List<TrustRoot>> roots) {
    return new Trust(roots, null, Demands.USUAL, new Known());
  }

  /**
   * As {@link #of(Supplier)}, with a check of how old the trust root is. It is asked for, and
   * decides, only where {@link Demands#fresh} says so.
   */
  public static Trust of(Supplier<List<TrustRoot>> roots, Supplier<Check> freshness) {
    return new Trust(roots, freshness, Demands.USUAL, new Known());
  }

  /** The same with other demands. */
  public Trust demanding(Demands other) {
    return new Trust(this::roots, freshness, other, known);
  }

  /** With what a policy says about whom to believe and what to ask for. */
  @SuppressWarnings("ReferenceEquality") // the same object is asked about again and again
  Trust under(TrustPolicy policy) {
    Derived last = derived;
    if (last == null || last.policy() != policy) {
      Trust believed = policy.trustRoots().isEmpty() ? this : of(policy.trustRoots());
      last = new Derived(policy, believed.demanding(demands.and(Demands.of(policy.evidence()))));
      derived = last;
    }
    return last.trust();
  }

  private record Derived(TrustPolicy policy, Trust trust) {}

  public List<TrustRoot> roots() {
    List<TrustRoot> read = roots;
    if (read == null) {
      synchronized (known) {
        read = roots;
        if (read == null) {
          read = List.copyOf(source.get());
          roots = read;
        }
      }
    }
    return read;
  }

  // A key alone needs no trust root: it is not read for evidence that has nothing to hold against
  // it.
  List<TrustRoot> rootsFor(Bundle bundle) {
    return bundle.logEntries().isEmpty() && bundle.timestamps().isEmpty() ? List.of() : roots();
  }

  Optional<Check> freshness() {
    return freshness == null ? Optional.empty() : Optional.of(freshness.get());
  }

  public Demands demands() {
    return demands;
  }

  Known known() {
    return known;
  }

  /**
   * What a signature needs besides being valid. Each number counts distinct operators; absent: what
   * the trust root makes possible, which is one log and one certificate transparency log for a
   * certificate where the trust root has any, and none for a managed key.
   *
   * @param logs transparency logs that have the signature
   * @param timestamps RFC 3161 authorities that saw it
   * @param certificateLogs certificate transparency logs that promised to publish the certificate
   * @param time whether a trusted time is needed where it is not anyway: certificates of the trust
   *     root need one in any case
   * @param fresh whether a stale trust root leaves the verdict open
   */
  public record Demands(
      Optional<Integer> logs,
      Optional<Integer> timestamps,
      Optional<Integer> certificateLogs,
      boolean time,
      boolean fresh) {

    /** What the trust root makes possible. */
    public static final Demands USUAL =
        new Demands(Optional.empty(), Optional.empty(), Optional.empty(), false, false);

    /** As these, with a trusted time needed. */
    public Demands withTime() {
      return new Demands(logs, timestamps, certificateLogs, true, fresh);
    }

    /** What a policy asks for. */
    static Demands of(TrustPolicy.Evidence evidence) {
      return new Demands(
          evidence.logs(),
          evidence.timestamps(),
          evidence.certificateLogs(),
          evidence.trustedTime(),
          evidence.freshTrustRoot());
    }

    /** What both ask for: of two numbers the larger. */
    public Demands and(Demands other) {
      return new Demands(
          larger(logs, other.logs),
          larger(timestamps, other.timestamps),
          larger(certificateLogs, other.certificateLogs),
          time || other.time,
          fresh || other.fresh);
    }

    private static Optional<Integer> larger(Optional<Integer> a, Optional<Integer> b) {
      return a.isEmpty() || b.isPresent() && b.get() > a.get() ? b : a;
    }
  }

  /** What was found good before and is the same for many signatures. */
  static final class Known {
    private final PathCache authorities = new PathCache();
    private final CheckpointCache checkpoints = new CheckpointCache(CheckpointCache.USUAL_SIZE);

    PathCache authorities() {
      return authorities;
    }

    CheckpointCache checkpoints() {
      return checkpoints;
    }
  }
}
