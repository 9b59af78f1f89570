package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.attest.LogEntry;
import dev.assay.attest.RekorBody;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Text;
import dev.assay.trust.TrustRoot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What trusted logs say about a bundle's signature.
 *
 * <p>An entry counts if its body is about the signature, if a log that the trust root knows
 * promised to include it or proves that it did, and if nothing it carries is wrong: a bad promise
 * beside a good proof refuses it, and the other way round. Source: sigstore/architecture-docs
 * {@code client-spec.md} section 4 and {@code rekor-v2-spec.md}.
 */
final class LogCheck {

  static final String NAME = "log entry";

  private LogCheck() {}

  /**
   * A log that has the signature.
   *
   * @param log whom to count; see {@link TrustRoot.Log#party}
   * @param promisedAt when the log took the entry; only where its promise was verified, and then in
   *     the log's validity. Nobody vouches for the entry's own time otherwise
   * @param included whether the log proves that the entry is in it; else it only promised
   */
  record Logged(TrustRoot.Log log, LogEntry entry, Optional<Instant> promisedAt, boolean included) {

    /**
     * Whether the log was trusted at a time that another source proves. To be asked of an entry
     * without a promise, which has no time of its own.
     */
    boolean trustedAt(Instant time) {
      return log.validFor().contains(time);
    }
  }

  /**
   * The fate of every entry of a bundle.
   *
   * @param logged the entries that count, in their order; a log may be there more than once
   * @param refused why the others do not
   */
  record Result(List<Logged> logged, List<Check> refused) {
    Result {
      logged = List.copyOf(logged);
      refused = List.copyOf(refused);
    }
  }

  /** Verifies every entry of the bundle. Never throws for what the bundle holds. */
  static Result verify(
      Bundle bundle, SignedMaterial signed, TrustRoot root, CheckpointCache cache) {
    List<Logged> logged = new ArrayList<>();
    List<Check> refused = new ArrayList<>();
    // That no entry is there twice, the bundle has seen to.
    for (LogEntry entry : bundle.logEntries()) {
      verify(entry, signed, root, cache, logged, refused);
    }
    return new Result(logged, refused);
  }

  private static void verify(
      LogEntry entry,
      SignedMaterial signed,
      TrustRoot root,
      CheckpointCache cache,
      List<Logged> logged,
      List<Check> refused) {
    byte[] id = entry.logId().bytes();
    Check refusal = null;
    // A root may list one key several times, for several spans of time.
    for (TrustRoot.Log log : root.logs()) {
      if (!log.id().is(id)) {
        continue;
      }
      List<Check> why = new ArrayList<>(1);
      Optional<Logged> found = verify(entry, signed, log, cache, why);
      if (found.isPresent()) {
        logged.add(found.get());
        return;
      }
      refusal = why.getFirst();
    }
    refused.add(refusal == null ? unknown(id, root) : refusal);
  }

  private static Optional<Logged> verify(
      LogEntry entry,
      SignedMaterial signed,
      TrustRoot.Log log,
      CheckpointCache cache,
      List<Check> why) {
    try {
      if (log.validFor().start().isEmpty()) {
        why.add(
            fail(
                Code.LOG_UNTRUSTED,
                "the trust root does not say from when on " + host(log) + " is trusted"));
        return Optional.empty();
      }
      byte[] body = entry.canonicalizedBody().bytes();
      Optional<Check> mismatch = LogBinding.refusal(entry, body, signed);
      if (mismatch.isPresent()) {
        why.add(mismatch.get());
        return Optional.empty();
      }
      return vouched(entry, body, log, cache, why);
    } catch (AssayException e) {
      why.add(fail(e.code(), String.valueOf(e.getMessage())));
      return Optional.empty();
    }
  }

  private static Optional<Logged> vouched(
      LogEntry entry, byte[] body, TrustRoot.Log log, CheckpointCache cache, List<Check> why) {
    boolean rekorV2 = RekorBody.Kind.of(entry.kind(), entry.version()).orElseThrow().rekorV2();
    boolean promise = entry.inclusionPromise().isPresent();
    if (rekorV2 && promise) {
      why.add(fail(Code.BAD_LOG_ENTRY, "a promise in an entry of Rekor v2, which makes none"));
      return Optional.empty();
    }
    Optional<Instant> promisedAt = Optional.empty();
    if (promise) {
      Instant time = LogPromise.verify(entry, log);
      if (!log.validFor().contains(time)) {
        why.add(
            fail(Code.LOG_UNTRUSTED, host(log) + " was not trusted when it took the entry")
                .expected(log.validFor().toString(), time.toString()));
        return Optional.empty();
      }
      promisedAt = Optional.of(time);
    }
    boolean included =
        entry.inclusionProof().isPresent() && LogInclusion.verify(entry, body, rekorV2, log, cache);
    if (!promise && !included) {
      why.add(
          fail(Code.NOT_LOGGED, "neither a promise nor a proof that the entry is in " + host(log)));
      return Optional.empty();
    }
    return Optional.of(new Logged(log, entry, promisedAt, included));
  }

  private static Check unknown(byte[] id, TrustRoot root) {
    StringBuilder known = new StringBuilder();
    for (TrustRoot.Log log : root.logs()) {
      known.append(known.isEmpty() ? "" : ", ").append(log.host()).append(' ');
      known.append(log.id().hex());
    }
    return fail(Code.LOG_UNTRUSTED, "the trust root does not know the log")
        .expected(
            known.isEmpty() ? "no log" : Text.printable(known.toString()),
            id.length > 64 ? id.length + " bytes" : Hex.encode(id));
  }

  private static String host(TrustRoot.Log log) {
    return Text.quote(log.host());
  }

  private static Check fail(Code code, String detail) {
    return Check.fail(NAME, code, detail);
  }
}
