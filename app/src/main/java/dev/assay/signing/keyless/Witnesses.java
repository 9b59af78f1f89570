package dev.assay.signing.keyless;

import dev.assay.attest.Bundle;
import dev.assay.attest.LogEntry;
import dev.assay.attest.Octets;
import java.util.ArrayList;
import java.util.List;

/**
 * Who sees a signature besides its verifier: timestamp authorities, then logs. All of them have to
 * answer, each with something about this signature.
 */
final class Witnesses {

  private final List<TimestampClient> authorities;
  private final List<Rekor> logs;

  Witnesses(List<TimestampClient> authorities, List<Rekor> logs) {
    this.authorities = List.copyOf(authorities);
    this.logs = List.copyOf(logs);
  }

  boolean none() {
    return authorities.isEmpty() && logs.isEmpty();
  }

  /** Whether something will say when a signature was made. */
  boolean sayWhen() {
    return !authorities.isEmpty() || logs.stream().anyMatch(Rekor::saysWhen);
  }

  /** The bundle with what they say. */
  Bundle add(Bundle bundle, MadeSignature made) {
    List<Octets> timestamps = new ArrayList<>();
    for (TimestampClient authority : authorities) {
      timestamps.add(authority.stamp(made.signature()));
    }
    List<LogEntry> entries = new ArrayList<>();
    for (Rekor log : logs) {
      entries.add(log.enter(made));
    }
    return new Bundle(
        bundle.form(), bundle.version(), bundle.material(), entries, timestamps, bundle.content());
  }
}
