package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.attest.Octets;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.crypto.Timestamp;
import dev.assay.trust.TrustRoot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What others say about a signature: logs that have it and authorities that saw it. What an
 * authority that nobody trusts says is left aside; what is wrong with the word of a trusted one is
 * a refusal, even where nobody asked for it.
 *
 * @param logged entries of trusted logs that were verified
 * @param stamped timestamps of trusted authorities that were verified
 * @param aside why evidence does not count
 * @param wrong evidence of trusted authorities that does not verify
 */
record Witnesses(
    List<LogCheck.Logged> logged, List<Stamped> stamped, List<Check> aside, List<Check> wrong) {

  /** A timestamp by a trusted authority. */
  record Stamped(TrustRoot.Authority authority, Instant time) {}

  // Two clocks are never quite the same.
  private static final Duration SKEW = Duration.ofMinutes(5);

  static final Witnesses NONE = new Witnesses(List.of(), List.of(), List.of(), List.of());

  /**
   * @param at the time for which the verdict shall hold: what is said to have been signed after it
   *     does not count
   */
  static Witnesses of(
      Bundle bundle, SignedMaterial signed, TrustRoot root, Instant at, Trust.Known known) {
    if (bundle.logEntries().isEmpty() && bundle.timestamps().isEmpty()) {
      return NONE;
    }
    List<Check> aside = new ArrayList<>();
    List<Check> wrong = new ArrayList<>();
    List<LogCheck.Logged> logged = new ArrayList<>();
    LogCheck.Result logs = LogCheck.verify(bundle, signed, root, known.checkpoints());
    for (LogCheck.Logged entry : logs.logged()) {
      Optional<Instant> promised = entry.promisedAt();
      if (promised.isPresent() && promised.get().isAfter(at.plus(SKEW))) {
        wrong.add(future("log entry " + entry.entry().logIndex(), promised.get(), at));
      } else {
        logged.add(entry);
      }
    }
    for (Check refused : logs.refused()) {
      (refused.code().orElseThrow() == Code.LOG_UNTRUSTED ? aside : wrong).add(refused);
    }
    List<Stamped> stamped = new ArrayList<>();
    for (Octets token : bundle.timestamps()) {
      stamped(token, signed.signature().bytes(), root, at, known, stamped, aside, wrong);
    }
    untimed(logged, stamped, at, aside, wrong);
    return new Witnesses(logged, stamped, aside, wrong);
  }

  // An entry that the log gave no time has those that others prove, else that of the verdict: the
  // log had to be trusted then.
  private static void untimed(
      List<LogCheck.Logged> logged,
      List<Stamped> stamped,
      Instant at,
      List<Check> aside,
      List<Check> wrong) {
    List<Instant> times = times(logged, stamped);
    for (LogCheck.Logged entry : List.copyOf(logged)) {
      if (entry.promisedAt().isPresent()) {
        continue;
      }
      if (times.isEmpty() && !entry.trustedAt(at)) {
        logged.remove(entry);
        aside.add(untrusted(entry, at));
      }
      for (Instant time : times) {
        if (!entry.trustedAt(time)) {
          wrong.add(untrusted(entry, time));
          return;
        }
      }
    }
  }

  private static Check untrusted(LogCheck.Logged entry, Instant time) {
    return Check.fail(
            LogCheck.NAME,
            Code.LOG_UNTRUSTED,
            "of " + entry.log().host() + ", outside the time for which it is trusted")
        .expected(entry.log().validFor().toString(), time.toString());
  }

  private static Check future(String name, Instant time, Instant at) {
    return Check.fail(name, Code.TIME_NOT_PROVEN, "is dated after the time of the verdict")
        .expected("until " + at, time.toString());
  }

  private static void stamped(
      Octets token,
      byte[] signature,
      TrustRoot root,
      Instant at,
      Trust.Known known,
      List<Stamped> stamped,
      List<Check> aside,
      List<Check> wrong) {
    String name = "timestamp";
    Timestamp timestamp;
    try {
      timestamp = Timestamp.parse(token.bytes());
    } catch (AssayException e) {
      wrong.add(Check.fail(name, e.code(), String.valueOf(e.getMessage())));
      return;
    }
    Check nearest = null;
    for (TrustRoot.Authority authority : root.timestampAuthorities()) {
      TimestampCheck.Result judged =
          TimestampCheck.judge(timestamp, signature, authority, known.authorities());
      if (judged.refusal().isPresent()) {
        // An authority that knows the signer says more than one that does not.
        if (nearest == null || nearest.code().orElseThrow() == Code.TIMESTAMP_UNTRUSTED) {
          nearest = judged.refusal().get();
        }
        continue;
      }
      if (timestamp.time().isAfter(at.plus(SKEW))) {
        wrong.add(future(name, timestamp.time(), at));
        return;
      }
      stamped.add(new Stamped(authority, timestamp.time()));
      return;
    }
    if (nearest == null) {
      aside.add(
          Check.fail(name, Code.TIMESTAMP_UNTRUSTED, "the trust root has no timestamp authority"));
    } else {
      (nearest.code().orElseThrow() == Code.TIMESTAMP_UNTRUSTED ? aside : wrong).add(nearest);
    }
  }

  /** Everything that two trust roots' authorities say. */
  Witnesses and(Witnesses other) {
    return new Witnesses(
        join(logged, other.logged),
        join(stamped, other.stamped),
        join(aside, other.aside),
        join(wrong, other.wrong));
  }

  private static <T> List<T> join(List<T> a, List<T> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    List<T> out = new ArrayList<>(a);
    out.addAll(b);
    return out;
  }

  /** Every time that is proven: by a log's signed promise, by a timestamp authority. */
  List<Instant> times() {
    return times(logged, stamped);
  }

  private static List<Instant> times(List<LogCheck.Logged> logged, List<Stamped> stamped) {
    List<Instant> out = new ArrayList<>();
    for (Stamped s : stamped) {
      out.add(s.time());
    }
    for (LogCheck.Logged entry : logged) {
      entry.promisedAt().ifPresent(out::add);
    }
    return out;
  }

  /** How many parties run the logs that have the signature. */
  int logs() {
    List<String> parties = new ArrayList<>();
    for (LogCheck.Logged entry : logged) {
      add(parties, entry.log().party());
    }
    return parties.size();
  }

  /** How many parties run the authorities that saw the signature. */
  int timestamps() {
    List<String> parties = new ArrayList<>();
    for (Stamped s : stamped) {
      add(parties, s.authority().party());
    }
    return parties.size();
  }

  private static void add(List<String> distinct, String party) {
    if (!distinct.contains(party)) {
      distinct.add(party);
    }
  }

  /** What counts, for the verdict. */
  List<Check> facts() {
    List<Check> out = new ArrayList<>();
    for (LogCheck.Logged entry : logged) {
      out.add(
          Check.pass(
              "log",
              entry.log().host()
                  + " has it as entry "
                  + entry.entry().logIndex()
                  + entry.promisedAt().map(t -> ", since " + t).orElse("")));
    }
    for (Stamped s : stamped) {
      out.add(Check.pass("timestamp", s.time() + " by " + s.authority().uri()));
    }
    return out;
  }
}
