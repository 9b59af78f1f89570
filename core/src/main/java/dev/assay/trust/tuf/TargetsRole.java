package dev.assay.trust.tuf;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Targets metadata (specification section 4.5), of the top level or delegated. */
record TargetsRole(Metadata metadata, Map<String, Json> targets, List<Delegation> delegations) {

  /**
   * @param role {@code targets}, or the name of the delegated role
   * @throws AssayException with {@link Code#BAD_METADATA}
   */
  static TargetsRole read(byte[] bytes, String role) {
    Metadata metadata = Metadata.read(bytes, role, RootRole.TARGETS, Limits.TUF_TARGETS_BYTES);
    try {
      Fields f = metadata.signed();
      if (!(f.required("targets") instanceof Json.Obj targets)) {
        throw f.bad("targets", "expected an object");
      }
      if (targets.members().size() > Limits.TUF_FILES) {
        throw f.bad("targets", "more than " + Limits.TUF_FILES);
      }
      Optional<Fields> delegations = f.optionalObject("delegations");
      return new TargetsRole(
          metadata,
          targets.members(),
          delegations.isPresent() ? delegations(delegations.get()) : List.of());
    } catch (AssayException e) {
      throw e.code() == Code.BAD_METADATA
          ? e
          : new AssayException(Code.BAD_METADATA, metadata.name() + ": " + e.getMessage(), e);
    }
  }

  private static List<Delegation> delegations(Fields f) {
    if (f.has("succinct_roles")) {
      throw f.bad("succinct_roles", "succinct delegations (TAP 15) are not supported");
    }
    Map<String, TufKey> keys = Signers.keys(f);
    List<Delegation> out = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Fields role : f.objects("roles", Limits.TUF_KEYS)) {
      Delegation delegation = Delegation.read(role, keys);
      if (!names.add(delegation.name())) {
        throw role.bad("name", "a second delegation to this role");
      }
      out.add(delegation);
    }
    return out;
  }

  /** What it says of one target. */
  Optional<FileFacts> target(String path) {
    Json target = targets.get(path);
    if (target == null) {
      return Optional.empty();
    }
    Fields f = Fields.of(target, metadata.name() + ": target " + path, Code.BAD_METADATA);
    FileFacts facts = FileFacts.read(f);
    if (facts.length().isEmpty() || facts.digests().isEmpty()) {
      throw f.bad("length", "a target needs a length and hashes");
    }
    return Optional.of(facts);
  }
}
