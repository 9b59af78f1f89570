package dev.assay.verify;

import dev.assay.bytes.Code;
import dev.assay.crypto.PathCache;
import dev.assay.crypto.Timestamp;
import dev.assay.crypto.TimestampAuthorityCheck;
import dev.assay.trust.TrustRoot;
import java.util.Optional;

/** Whether a timestamp is one of an authority of the trust root, within the time it is trusted. */
final class TimestampCheck {

  /** Why it does not count, if it does not. */
  record Result(Optional<Check> refusal) {}

  private TimestampCheck() {}

  static Result judge(
      Timestamp timestamp, byte[] signature, TrustRoot.Authority authority, PathCache cache) {
    TimestampAuthorityCheck.Outcome outcome =
        TimestampAuthorityCheck.check(timestamp, authority.chain(), signature, cache);
    if (!outcome.passed()) {
      return refused(Check.fail("timestamp", outcome.code().orElseThrow(), outcome.detail()));
    }
    if (!authority.validFor().contains(timestamp.time())) {
      return refused(
          Check.fail(
                  "timestamp",
                  Code.TIMESTAMP_UNTRUSTED,
                  "by " + authority.uri() + ", outside the time for which it is trusted")
              .expected(authority.validFor().toString(), timestamp.time().toString()));
    }
    return new Result(Optional.empty());
  }

  private static Result refused(Check check) {
    return new Result(Optional.of(check));
  }
}
