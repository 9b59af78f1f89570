package dev.assay.cluster;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.JsonReader;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a cluster ran at a time.
 *
 * @param cluster its name: letters, digits and {@code . _ - /}
 * @param takenAt to the millisecond
 * @param complete whether what is not listed did not run
 * @param containers sorted, each once
 */
public record Snapshot(
    String cluster, Instant takenAt, boolean complete, List<RunningContainer> containers) {

  private static final int CLUSTER_LENGTH = 253;

  /**
   * @throws AssayException with {@link Code#BAD_SNAPSHOT} if the name is none, a container is there
   *     twice, or there are too many
   */
  public Snapshot {
    checkCluster(cluster);
    takenAt = takenAt.truncatedTo(ChronoUnit.MILLIS);
    if (containers.size() > Limits.SNAPSHOT_CONTAINERS) {
      throw bad("more than " + Limits.SNAPSHOT_CONTAINERS + " containers");
    }
    containers = containers.stream().sorted().toList();
    for (int i = 1; i < containers.size(); i++) {
      if (containers.get(i - 1).compareTo(containers.get(i)) == 0) {
        RunningContainer twice = containers.get(i);
        throw bad(
            "the container "
                + Text.quote(twice.namespace() + "/" + twice.pod() + "/" + twice.container())
                + " is there twice");
      }
    }
  }

  /**
   * Checks a cluster's name.
   *
   * @throws AssayException with {@link Code#BAD_SNAPSHOT}
   */
  public static void checkCluster(String name) {
    boolean good = !name.isEmpty() && name.length() <= CLUSTER_LENGTH;
    for (int i = 0; good && i < name.length(); i++) {
      char c = name.charAt(i);
      good =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == '.'
              || c == '_'
              || c == '-'
              || c == '/';
    }
    if (!good) {
      throw bad("not a cluster's name: " + Text.quote(name));
    }
  }

  /** The content, as it is stored and hashed. */
  public byte[] toBytes() {
    return Json.object()
        .put("cluster", cluster)
        .put("takenAt", takenAt.toString())
        .put("complete", complete)
        .put("containers", containers.stream().map(RunningContainer::toJson).toList())
        .build()
        .canonical();
  }

  /**
   * Reads content back; members in any order, nothing unknown.
   *
   * @throws AssayException with {@link Code#BAD_SNAPSHOT} if it is anything else
   */
  public static Snapshot parse(byte[] content) {
    try {
      return read(new JsonReader(content, Limits.SNAPSHOT_BYTES));
    } catch (AssayException e) {
      throw SnapshotReader.asBadSnapshot(e);
    }
  }

  private static Snapshot read(JsonReader in) {
    Json.Builder head = Json.object();
    Optional<List<RunningContainer>> containers = Optional.empty();
    in.beginObject();
    while (in.hasNext()) {
      String name = in.name();
      if (name.equals("containers")) {
        containers = Optional.of(readContainers(in));
      } else {
        head.put(name, in.value());
      }
    }
    in.end();
    in.finish();
    Fields f = Fields.of(head.build(), "snapshot", Code.BAD_SNAPSHOT);
    String cluster = f.string("cluster");
    Instant takenAt = f.time("takenAt");
    if (!(f.required("complete") instanceof Json.Bool complete)) {
      throw f.bad("complete", "expected true or false");
    }
    f.done(Code.BAD_SNAPSHOT);
    return new Snapshot(
        cluster,
        takenAt,
        complete.value(),
        containers.orElseThrow(() -> f.bad("containers", "missing")));
  }

  private static List<RunningContainer> readContainers(JsonReader in) {
    List<RunningContainer> out = new ArrayList<>();
    in.beginArray();
    while (in.hasNext()) {
      if (out.size() >= Limits.SNAPSHOT_CONTAINERS) {
        throw bad("more than " + Limits.SNAPSHOT_CONTAINERS + " containers");
      }
      Fields f =
          Fields.of(in.value(), "snapshot.containers[" + out.size() + "]", Code.BAD_SNAPSHOT);
      RunningContainer.Type type =
          RunningContainer.Type.byId(f.string("type"))
              .orElseThrow(() -> f.bad("type", "expected container, init or ephemeral"));
      out.add(
          new RunningContainer(
              f.string("namespace"),
              f.string("workloadKind"),
              f.string("workload"),
              f.string("pod"),
              f.string("container"),
              type,
              f.string("image"),
              f.has("digest") ? Optional.of(f.digest("digest")) : Optional.empty(),
              f.optionalTime("startedAt")));
      f.done(Code.BAD_SNAPSHOT);
    }
    in.end();
    return out;
  }

  static AssayException bad(String what) {
    return new AssayException(Code.BAD_SNAPSHOT, "not a snapshot: " + what);
  }
}
