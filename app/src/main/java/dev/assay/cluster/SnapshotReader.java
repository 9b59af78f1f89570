package dev.assay.cluster;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.JsonReader;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what runs from the API server's own words: {@code kubectl get pods -A -o json}, a {@code
 * List} or a {@code PodList}. One pod is in memory at a time.
 */
public final class SnapshotReader {

  private static final int NOTES = 50;

  private final List<RunningContainer> containers = new ArrayList<>();
  private final Set<String> pods = new HashSet<>();
  private final List<String> notes = new ArrayList<>();
  private int moreNotes;
  private boolean complete = true;

  private SnapshotReader() {}

  /**
   * What was read.
   *
   * @param notes what could not be told, one line each, for a person
   */
  public record Read(Snapshot snapshot, List<String> notes) {
    public Read {
      notes = List.copyOf(notes);
    }
  }

  /**
   * Reads a list of pods, or content that {@link Snapshot#toBytes} wrote.
   *
   * @param cluster the name to record; where the content names one itself, it must be the same
   * @param takenAt when the list was asked for; not used for content, which says so itself
   * @param complete whether the list holds every pod of the cluster
   * @throws AssayException with {@link Code#BAD_SNAPSHOT} if it is neither
   */
  public static Read read(
      byte[] document, Optional<String> cluster, Instant takenAt, boolean complete) {
    try {
      if (isContent(document)) {
        return readContent(document, cluster, complete);
      }
      String name =
          cluster.orElseThrow(() ->
              new AssayException(
                  Code.BAD_SNAPSHOT,
                  "a list of pods does not say of which cluster it is",
                  "--cluster NAME"));
      SnapshotReader reader = new SnapshotReader();
      reader.readList(document);
      Snapshot snapshot =
          new Snapshot(name, takenAt, complete && reader.complete, reader.containers);
      return new Read(snapshot, reader.allNotes());
    } catch (AssayException e) {
      throw asBadSnapshot(e);
    }
  }

  static AssayException asBadSnapshot(AssayException e) {
    return e.code() == Code.BAD_SNAPSHOT
        ? e
        : new AssayException(Code.BAD_SNAPSHOT, "not a snapshot: " + e.getMessage(), e);
  }

  // A list of the API has a kind and items; our content has neither.
  private static boolean isContent(byte[] document) {
    JsonReader in = new JsonReader(document, Limits.SNAPSHOT_BYTES);
    in.beginObject();
    boolean kind = false;
    boolean cluster = false;
    while (in.hasNext()) {
      String name = in.name();
      kind |= name.equals("kind") || name.equals("items");
      cluster |= name.equals("cluster");
      if (kind || cluster) {
        break;
      }
      in.skip();
    }
    return cluster && !kind;
  }

  private static Read readContent(byte[] document, Optional<String> cluster, boolean complete) {
    Snapshot snapshot = Snapshot.parse(document);
    if (cluster.isPresent() && !cluster.get().equals(snapshot.cluster())) {
      throw Snapshot.bad(
          "it is of the cluster " + snapshot.cluster() + ", not of " + Text.quote(cluster.get()));
    }
    return new Read(
        new Snapshot(
            snapshot.cluster(),
            snapshot.takenAt(),
            snapshot.complete() && complete,
            snapshot.containers()),
        List.of());
  }

  private void readList(byte[] document) {
    JsonReader in = new JsonReader(document, Limits.SNAPSHOT_BYTES);
    String apiVersion = "";
    String kind = "";
    boolean items = false;
    in.beginObject();
    while (in.hasNext()) {
      switch (in.name()) {
        case "apiVersion" -> apiVersion = in.string();
        case "kind" -> kind = in.string();
        case "metadata" -> readListMetadata(in.value());
        case "items" -> {
          items = true;
          readItems(in);
        }
        default -> in.skip();
      }
    }
    in.end();
    in.finish();
    if (!apiVersion.equals("v1") || !kind.equals("List") && !kind.equals("PodList")) {
      throw Snapshot.bad(
          "expected a v1 List or PodList (kubectl get pods -A -o json), found "
              + Text.quote(apiVersion + " " + kind));
    }
    if (!items) {
      throw Snapshot.bad("the list has no items");
    }
  }

  // A page of a longer list says so.
  private void readListMetadata(Json metadata) {
    Fields f = Fields.of(metadata, "metadata", Code.BAD_SNAPSHOT);
    if (!f.optionalString("continue").orElse("").isEmpty()
        || f.optionalInteger("remainingItemCount").orElse(0L) > 0) {
      incomplete("the list is one page of a longer one");
    }
  }

  private void readItems(JsonReader in) {
    in.beginArray();
    for (int i = 0; in.hasNext(); i++) {
      pod(Fields.of(in.value(), "items[" + i + "]", Code.BAD_SNAPSHOT));
    }
    in.end();
  }

  private void pod(Fields item) {
    // Items of a PodList have no kind of their own.
    if (!item.optionalString("kind").orElse("Pod").equals("Pod")
        || !item.optionalString("apiVersion").orElse("v1").equals("v1")) {
      throw item.bad("kind", "expected pods only");
    }
    Fields metadata = item.object("metadata");
    String namespace = metadata.string("namespace");
    String name = metadata.string("name");
    if (!pods.add(namespace + "/" + name)) {
      throw item.bad(
          "metadata", "the pod " + Text.quote(namespace + "/" + name) + " is there twice");
    }
    new PodReader(namespace, name, Owner.of(metadata, name), this::note, this::incomplete)
        .read(item, containers);
    if (containers.size() > Limits.SNAPSHOT_CONTAINERS) {
      throw Snapshot.bad("more than " + Limits.SNAPSHOT_CONTAINERS + " containers");
    }
  }

  private void note(String text) {
    if (notes.size() < NOTES) {
      notes.add(text);
    } else {
      moreNotes++;
    }
  }

  private void incomplete(String why) {
    complete = false;
    note("not complete: " + why);
  }

  private List<String> allNotes() {
    if (moreNotes > 0) {
      notes.add("and " + moreNotes + " more of this kind");
    }
    return notes;
  }
}
