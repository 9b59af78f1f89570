package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Limits;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Root metadata (specification section 4.3): the keys of the four top-level roles. */
record RootRole(Metadata metadata, boolean consistentSnapshot, Map<String, Signers> roles) {

  static final String ROOT = "root";
  static final String TIMESTAMP = "timestamp";
  static final String SNAPSHOT = "snapshot";
  static final String TARGETS = "targets";
  static final List<String> NAMES = List.of(ROOT, TIMESTAMP, SNAPSHOT, TARGETS);

  /**
   * Reads a root without checking who signed it.
   *
   * @throws AssayException with {@link Code#BAD_METADATA}
   */
  static RootRole read(byte[] bytes) {
    Metadata metadata = Metadata.read(bytes, ROOT, ROOT, Limits.TUF_ROOT_BYTES);
    try {
      Fields f = metadata.signed();
      Map<String, TufKey> keys = Signers.keys(f);
      Fields list = f.object("roles");
      Map<String, Signers> roles = new HashMap<>();
      for (String name : NAMES) {
        roles.put(name, Signers.read(list.object(name), keys));
      }
      return new RootRole(metadata, f.bool("consistent_snapshot", false), roles);
    } catch (AssayException e) {
      throw e.code() == Code.BAD_METADATA
          ? e
          : new AssayException(Code.BAD_METADATA, metadata.name() + ": " + e.getMessage(), e);
    }
  }

  /**
   * The next root, if it is one (specification section 5.3.4 and 5.3.5).
   *
   * @throws AssayException with {@link Code#METADATA_NOT_SIGNED} unless this root's keys and its
   *     own signed it, {@link Code#METADATA_ROLLBACK} if its version does not follow
   */
  RootRole next(byte[] bytes) {
    RootRole next = read(bytes);
    signers(ROOT).check(next.metadata, "the root's keys of version " + version());
    next.signers(ROOT).check(next.metadata, "its own root keys");
    if (next.version() != version() + 1) {
      throw new AssayException(
          Code.METADATA_ROLLBACK,
          "root version " + (version() + 1) + " is needed, found version " + next.version());
    }
    return next;
  }

  Signers signers(String role) {
    return Optional.ofNullable(roles.get(role)).orElseThrow();
  }

  /** Whether the keys of timestamp or snapshot are others: fast-forward recovery (5.3.11). */
  boolean recovers(RootRole since) {
    return !signers(TIMESTAMP).same(since.signers(TIMESTAMP))
        || !signers(SNAPSHOT).same(since.signers(SNAPSHOT));
  }

  long version() {
    return metadata.version();
  }
}
