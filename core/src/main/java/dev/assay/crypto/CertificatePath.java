package dev.assay.crypto;

import dev.assay.bytes.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a certificate leads to a trusted one (RFC 5280 section 6). What is refused is a result,
 * never an exception, whatever the certificates hold.
 *
 * <p>A path goes from the leaf over intermediates to an anchor. Of every certificate on it, the
 * anchor's own included: it is valid at the instant asked about, and it has no critical extension
 * that is not understood. Of every issuer: it is a CA that may sign certificates and its path
 * length, its name constraints and its extended key usage allow what is below it. The anchor is
 * trusted as it is: it need not be self-signed and its own signature is not looked at. Certificate
 * policies are not supported; where one is critical the path is refused. Revocation is not part of
 * this: see {@link RevocationList}.
 */
public final class CertificatePath {

  /** Certificates of a path, the leaf and the anchor included. */
  static final int MAX_LENGTH = 8;

  /** Signatures verified for one leaf, whatever intermediates come with it. */
  static final int MAX_SIGNATURES = 32;

  /** Issuers considered for one leaf. */
  static final int MAX_STEPS = 1_024;

  /**
   * Why there is no path: the failure of the attempt that came nearest.
   *
   * @param code {@link Code#CERTIFICATE_UNTRUSTED}, {@link Code#CERTIFICATE_EXPIRED} (not valid
   *     then, too early included) or {@link Code#BAD_CERTIFICATE}
   * @param certificate the one that is at fault
   * @param message one sentence
   * @param expected what would have been accepted
   * @param found what there is instead
   */
  public record Failure(
      Code code, Certificate certificate, String message, String expected, String found) {}

  /** A path, or why there is none. */
  public static final class Result {

    private final List<Certificate> path;
    private final @Nullable Failure failure;

    private Result(List<Certificate> path, @Nullable Failure failure) {
      this.path = path;
      this.failure = failure;
    }

    public boolean trusted() {
      return failure == null;
    }

    /** The leaf first, the anchor last; empty if there is no path. */
    public List<Certificate> path() {
      return path;
    }

    /** Present exactly if there is no path. */
    public Optional<Failure> failure() {
      return Optional.ofNullable(failure);
    }
  }

  private final List<Certificate> intermediates;
  private final List<Certificate> anchors;
  private final PathRules rules;
  private final @Nullable PathCache cache;

  private final List<Certificate> path = new ArrayList<>();
  private final List<Certificate> verified = new ArrayList<>();
  private int signatures;
  private int steps;
  private @Nullable Failure nearest;
  private int nearestRank = -1;

  private CertificatePath(
      List<Certificate> intermediates,
      List<Certificate> anchors,
      PathRules rules,
      @Nullable PathCache cache) {
    this.intermediates = intermediates;
    this.anchors = anchors;
    this.rules = rules;
    this.cache = cache;
  }

  /**
   * Finds a path.
   *
   * @param intermediates certificates that may be used and are not trusted, in any order
   * @param anchors the trusted certificates
   * @param at when every certificate must have been valid (both ends inclusive)
   */
  public static Result build(
      Certificate leaf,
      List<Certificate> intermediates,
      List<Certificate> anchors,
      Instant at,
      Purpose purpose) {
    return build(leaf, intermediates, anchors, at, purpose, null);
  }

  /**
   * As {@link #build(Certificate, List, List, Instant, Purpose)}.
   *
   * @param cache spares verifying the same authority's certificate again
   */
  public static Result build(
      Certificate leaf,
      List<Certificate> intermediates,
      List<Certificate> anchors,
      Instant at,
      Purpose purpose,
      @Nullable PathCache cache) {
    PathRules rules = new PathRules(at, purpose);
    Failure failure = rules.checkLeaf(leaf);
    if (failure != null) {
      return new Result(List.of(), failure);
    }
    CertificatePath search = new CertificatePath(intermediates, anchors, rules, cache);
    search.path.add(leaf);
    if (search.extend(leaf)) {
      search.remember();
      return new Result(List.copyOf(search.path), null);
    }
    return new Result(List.of(), search.nearest == null ? noIssuer(leaf) : search.nearest);
  }

  private boolean extend(Certificate last) {
    boolean anyIssuer = false;
    // Anchors first: with junk among the intermediates the shortest path is still found at once.
    for (Certificate anchor : anchors) {
      if (last.issuedUnder(anchor) && !path.contains(anchor)) {
        anyIssuer = true;
        if (tryIssuer(last, anchor, true)) {
          return true;
        }
      }
    }
    // A key that an authority says is its issuer's is tried before the others of that name.
    for (int pass = 0; pass < 2; pass++) {
      for (Certificate issuer : intermediates) {
        if (last.issuedUnder(issuer)
            && last.hintsAt(issuer) == (pass == 0)
            && !path.contains(issuer)) {
          anyIssuer = true;
          if (tryIssuer(last, issuer, false)) {
            return true;
          }
        }
      }
    }
    if (!anyIssuer) {
      note(noIssuer(last), 1);
    }
    return false;
  }

  private boolean tryIssuer(Certificate last, Certificate issuer, boolean anchor) {
    if (path.size() >= MAX_LENGTH || ++steps > MAX_STEPS) {
      note(tooMuch(last), 0);
      return false;
    }
    Failure failure = rules.checkIssuer(issuer, path);
    if (failure != null) {
      note(failure, 3);
      return false;
    }
    if (!signedBy(last, issuer)) {
      return false;
    }
    path.add(issuer);
    if (anchor) {
      failure = rules.checkConstraints(path);
      if (failure == null) {
        return true;
      }
      note(failure, 4);
    } else if (extend(issuer)) {
      return true;
    }
    path.removeLast();
    return false;
  }

  private boolean signedBy(Certificate certificate, Certificate issuer) {
    boolean leaf = path.size() == 1;
    if (!leaf && cache != null && cache.holds(certificate, issuer.key())) {
      return true;
    }
    if (++signatures > MAX_SIGNATURES) {
      note(tooMuch(certificate), 0);
      return false;
    }
    if (!certificate.signedBy(issuer.key())) {
      note(
          new Failure(
              Code.CERTIFICATE_UNTRUSTED,
              certificate,
              "the certificate's signature does not verify with its issuer's key",
              "a signature by " + issuer,
              "another signature"),
          2);
      return false;
    }
    if (!leaf) {
      verified.add(certificate);
    }
    return true;
  }

  /** Keeps what was verified of this path, and nothing of attempts that led nowhere. */
  private void remember() {
    if (cache != null) {
      for (int i = 1; i < path.size() - 1; i++) {
        if (verified.contains(path.get(i))) {
          cache.add(path.get(i), path.get(i + 1).key());
        }
      }
    }
  }

  private void note(Failure failure, int rank) {
    int deep = rank == 0 ? Integer.MAX_VALUE : rank * MAX_LENGTH + path.size();
    if (deep > nearestRank) {
      nearest = failure;
      nearestRank = deep;
    }
  }

  private static Failure noIssuer(Certificate last) {
    return new Failure(
        Code.CERTIFICATE_UNTRUSTED,
        last,
        "no trusted certificate is the issuer",
        "a trusted certificate of " + last.issuerName(),
        "none of that name");
  }

  private static Failure tooMuch(Certificate last) {
    return new Failure(
        Code.CERTIFICATE_UNTRUSTED,
        last,
        "too many issuers to try, or too many in a row",
        "a path among the first that are tried",
        "more than "
            + MAX_SIGNATURES
            + " signatures, "
            + MAX_STEPS
            + " issuers, or "
            + MAX_LENGTH
            + " certificates in a path");
  }
}
