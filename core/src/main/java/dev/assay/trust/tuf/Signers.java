package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who may sign a role, and how many of them must. A key counts once, under however many ids it is
 * listed.
 *
 * @param keys the role's keys that can be verified with, by key id
 */
record Signers(Map<String, TufKey> keys, int threshold) {

  /**
   * @param role with {@code keyids} and {@code threshold}
   * @param keys every key the delegating metadata lists
   */
  static Signers read(Fields role, Map<String, TufKey> keys) {
    long threshold = Metadata.number(role, "threshold");
    if (threshold < 1 || threshold > Limits.TUF_KEYS) {
      throw role.bad("threshold", "at least 1 is needed, found " + threshold);
    }
    Map<String, TufKey> own = new LinkedHashMap<>();
    Set<String> ids = new HashSet<>();
    for (String id : role.strings("keyids", Limits.TUF_KEYS)) {
      if (!ids.add(id)) {
        throw role.bad("keyids", "a key id twice: " + Text.quote(id));
      }
      TufKey key = keys.get(id);
      if (key != null) {
        own.put(id, key);
      }
    }
    return new Signers(own, (int) threshold);
  }

  /** The keys of a {@code keys} member, those of unknown kinds left out. */
  static Map<String, TufKey> keys(Fields parent) {
    Fields list = parent.object("keys");
    if (list.names().size() > Limits.TUF_KEYS) {
      throw parent.bad("keys", "more than " + Limits.TUF_KEYS);
    }
    Map<String, TufKey> out = new LinkedHashMap<>();
    for (String id : List.copyOf(list.names())) {
      Json key = list.required(id);
      TufKey.read(Fields.of(key, list.at(Text.quote(id)), Code.BAD_METADATA))
          .ifPresent(k -> out.put(id, k));
    }
    return out;
  }

  /**
   * Checks that enough of them signed.
   *
   * @param whose says in the error whose signatures are missing
   * @throws AssayException with {@link Code#METADATA_NOT_SIGNED}
   */
  void check(Metadata metadata, String whose) {
    Set<PublicKey> counted = new HashSet<>();
    for (Map.Entry<String, byte[]> signature : metadata.signatures().entrySet()) {
      TufKey key = keys.get(signature.getKey());
      if (key != null
          && !counted.contains(key.key())
          && key.verifies(metadata.message(), signature.getValue())) {
        counted.add(key.key());
        if (counted.size() >= threshold) {
          return;
        }
      }
    }
    throw new AssayException(
        Code.METADATA_NOT_SIGNED,
        metadata.name()
            + ": "
            + threshold
            + (threshold == 1 ? " signature of " : " signatures of ")
            + whose
            + " needed, "
            + counted.size()
            + " found");
  }

  /** Whether the same keys decide, in the same number. */
  boolean same(Signers other) {
    return threshold == other.threshold && distinct().equals(other.distinct());
  }

  private Set<PublicKey> distinct() {
    Set<PublicKey> out = new HashSet<>();
    for (TufKey key : keys.values()) {
      out.add(key.key());
    }
    return out;
  }
}
