package dev.assay.trust.tuf;

import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A TUF repository that does as it is told: honest unless a test has it otherwise. */
final class Repository implements TufFetcher {

  static final String EXPIRES = "2030-01-01T00:00:00Z";

  /** A key with the id it is listed under. */
  record Key(String id, PrivateKey key) {
    static Key make(String id) {
      return new Key(id, PrivateKey.generate(KeyAlgorithm.ED25519));
    }

    Json.Builder json() {
      return Json.object()
          .put("keytype", "ed25519")
          .put("scheme", "ed25519")
          .put("keyval", Json.object().put("public", Hex.encode(key.publicKey().raw())));
    }
  }

  record Role(List<Key> keys, int threshold) {
    Json.Builder json() {
      return Json.object()
          .put("keyids", Json.strings(keys.stream().map(Key::id).toList()))
          .put("threshold", threshold);
    }
  }

  final Map<String, byte[]> files = new LinkedHashMap<>();
  final List<String> asked = new ArrayList<>();
  final Map<String, Role> roles = new HashMap<>();
  final Map<String, byte[]> targets = new LinkedHashMap<>();
  final Map<String, Long> extraListed = new LinkedHashMap<>();
  Optional<Json> delegations = Optional.empty();
  String expires = EXPIRES;
  boolean bound = true;
  long root;
  long timestamp = 1;
  long snapshot = 1;
  long targetsVersion = 1;

  Repository() {
    List<Key> rootKeys = List.of(Key.make("r1"), Key.make("r2"), Key.make("r3"));
    roles.put("root", new Role(rootKeys, 2));
    roles.put("timestamp", new Role(List.of(Key.make("ts")), 1));
    roles.put("snapshot", new Role(List.of(Key.make("sn")), 1));
    roles.put("targets", new Role(List.of(Key.make("ta1"), Key.make("ta2")), 2));
    targets.put("trusted_root.json", Text.utf8("the trust root"));
    nextRoot(rootKeys);
    publish();
  }

  @Override
  public Optional<byte[]> fetch(String name, int maxBytes) {
    asked.add(name);
    return Optional.ofNullable(files.get(name));
  }

  byte[] pinned() {
    return file("1.root.json");
  }

  /** A file that is there. */
  byte[] file(String name) {
    return Objects.requireNonNull(files.get(name), name);
  }

  /** The keys of a role of the top. */
  List<Key> keys(String role) {
    return Objects.requireNonNull(roles.get(role), role).keys();
  }

  Json.Builder rootBody() {
    Json.Builder keys = Json.object();
    Map<String, Key> all = new LinkedHashMap<>();
    roles.values().forEach(r -> r.keys().forEach(k -> all.put(k.id(), k)));
    all.values().forEach(k -> keys.put(k.id(), k.json()));
    Json.Builder list = Json.object();
    roles.forEach((name, role) -> list.put(name, role.json()));
    return body("root", root).put("consistent_snapshot", true).put("keys", keys).put("roles", list);
  }

  /** A new root with the roles as they are now, signed by these keys. */
  void nextRoot(List<Key> signers) {
    root++;
    files.put(root + ".root.json", sign(rootBody(), signers));
  }

  Json.Builder body(String type, long version) {
    return Json.object()
        .put("_type", type)
        .put("spec_version", "1.0.31")
        .put("version", version)
        .put("expires", expires);
  }

  static byte[] sign(Json.Builder body, List<Key> signers) {
    Json.Obj signed = body.build();
    List<Json> signatures = new ArrayList<>();
    for (Key key : signers) {
      signatures.add(
          Json.object()
              .put("keyid", key.id())
              .put("sig", Hex.encode(key.key().sign(CanonicalJson.encode(signed))))
              .build());
    }
    return Text.utf8(
        Json.object().put("signatures", signatures).put("signed", signed).build().pretty());
  }

  byte[] sign(Json.Builder body, String role) {
    return sign(body, keys(role));
  }

  Json.Builder targetsBody() {
    Json.Builder list = Json.object();
    targets.forEach((path, content) -> list.put(path, facts(content)));
    Json.Builder body = body("targets", targetsVersion).put("targets", list);
    delegations.ifPresent(d -> body.put("delegations", d));
    return body;
  }

  static Json.Builder facts(byte[] content) {
    return Json.object()
        .put("length", content.length)
        .put("hashes", Json.object().put("sha256", Hex.encode(Hashes.sha256(content))));
  }

  Json.Builder listed(long version, byte[] content) {
    Json.Builder item = bound ? facts(content) : Json.object();
    return item.put("version", version);
  }

  /** Writes targets, snapshot and timestamp at their present versions, each bound to the last. */
  void publish() {
    targets.forEach((path, content) -> {
      int slash = path.lastIndexOf('/') + 1;
      String hash = Hex.encode(Hashes.sha256(content));
      files.put(
          "targets/" + path.substring(0, slash) + hash + "." + path.substring(slash), content);
    });
    byte[] signedTargets = sign(targetsBody(), "targets");
    files.put(targetsVersion + ".targets.json", signedTargets);
    Json.Builder meta = Json.object().put("targets.json", listed(targetsVersion, signedTargets));
    extraListed.forEach((name, version) -> meta.put(name, Json.object().put("version", version)));
    byte[] signedSnapshot = sign(body("snapshot", snapshot).put("meta", meta), "snapshot");
    files.put(snapshot + ".snapshot.json", signedSnapshot);
    files.put("timestamp.json", timestampOf(signedSnapshot));
  }

  byte[] timestampOf(byte[] signedSnapshot) {
    return sign(
        body("timestamp", timestamp)
            .put("meta", Json.object().put("snapshot.json", listed(snapshot, signedSnapshot))),
        "timestamp");
  }

  /** All three one version further. */
  void publishNext() {
    timestamp++;
    snapshot++;
    targetsVersion++;
    publish();
  }

  /** A delegated role's file. */
  void delegated(String name, Key key, Map<String, byte[]> content, Optional<Json> further) {
    Json.Builder list = Json.object();
    content.forEach((path, bytes) -> list.put(path, facts(bytes)));
    Json.Builder body = body("targets", 1).put("targets", list);
    further.ifPresent(d -> body.put("delegations", d));
    files.put("1." + name + ".json", sign(body, List.of(key)));
    extraListed.put(name + ".json", 1L);
  }

  static Json.Builder delegation(String name, Key key, String pattern, boolean terminating) {
    return Json.object()
        .put("name", name)
        .put("keyids", Json.strings(List.of(key.id())))
        .put("threshold", 1)
        .put("paths", Json.strings(List.of(pattern)))
        .put("terminating", terminating);
  }

  static Json delegations(List<Key> keys, List<Json.Builder> roles) {
    Json.Builder list = Json.object();
    keys.forEach(k -> list.put(k.id(), k.json()));
    return Json.object()
        .put("keys", list)
        .put("roles", roles.stream().map(Json.Builder::build).toList())
        .build();
  }
}
