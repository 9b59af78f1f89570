package dev.assay.cluster;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Text;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Reads one pod: which of its containers run, and what. */
final class PodReader {

  private static final int CONTAINERS = 10_000;
  private static final String PULLABLE = "docker-pullable://";

  private final String namespace;
  private final String pod;
  private final Owner owner;
  private final Consumer<String> note;
  private final Consumer<String> incomplete;

  PodReader(
      String namespace,
      String pod,
      Owner owner,
      Consumer<String> note,
      Consumer<String> incomplete) {
    this.namespace = namespace;
    this.pod = pod;
    this.owner = owner;
    this.note = note;
    this.incomplete = incomplete;
  }

  void read(Fields item, List<RunningContainer> out) {
    Fields spec = item.object("spec");
    Optional<Fields> status = item.optionalObject("status");
    String phase = status.flatMap(s -> s.optionalString("phase")).orElse("");
    if (phase.equals("Unknown")) {
      incomplete.accept(here("") + " is on a node that does not answer");
    }
    for (RunningContainer.Type type : RunningContainer.Type.values()) {
      Map<String, String> images = images(spec, type);
      Set<String> told = new HashSet<>();
      if (status.isPresent()) {
        for (Fields one : status.get().objects(statusMember(type), CONTAINERS)) {
          told.add(one.string("name"));
          container(one, type, images).ifPresent(out::add);
        }
      }
      // A running pod whose kubelet has not yet told of a container may or may not run it.
      if (phase.equals("Running") && !told.containsAll(images.keySet())) {
        incomplete.accept(here("") + " runs, but not every container's state is told");
      }
    }
  }

  private Map<String, String> images(Fields spec, RunningContainer.Type type) {
    String member =
        switch (type) {
          case CONTAINER -> "containers";
          case INIT -> "initContainers";
          case EPHEMERAL -> "ephemeralContainers";
        };
    Map<String, String> out = new HashMap<>();
    for (Fields container : spec.objects(member, CONTAINERS)) {
      out.put(container.string("name"), container.optionalString("image").orElse(""));
    }
    return out;
  }

  private static String statusMember(RunningContainer.Type type) {
    return switch (type) {
      case CONTAINER -> "containerStatuses";
      case INIT -> "initContainerStatuses";
      case EPHEMERAL -> "ephemeralContainerStatuses";
    };
  }

  private Optional<RunningContainer> container(
      Fields status, RunningContainer.Type type, Map<String, String> images) {
    Optional<Fields> running =
        status.optionalObject("state").flatMap(s -> s.optionalObject("running"));
    if (running.isEmpty()) {
      return Optional.empty();
    }
    String name = status.string("name");
    String image = images.getOrDefault(name, "");
    return Optional.of(
        new RunningContainer(
            namespace,
            owner.kind(),
            owner.name(),
            pod,
            name,
            type,
            image.isEmpty() ? status.optionalString("image").orElse("") : image,
            digest(status.optionalString("imageID").orElse(""), name),
            running.get().optionalTime("startedAt")));
  }

  /**
   * The manifest's digest in an {@code imageID}: {@code docker-pullable://repo@sha256:...} or
   * {@code repo@sha256:...}. Without a repository it is the digest of the image's configuration.
   */
  private Optional<Digest> digest(String reported, String container) {
    String id = reported.startsWith(PULLABLE) ? reported.substring(PULLABLE.length()) : reported;
    int at = id.lastIndexOf('@');
    if (at > 0 && id.indexOf("://") < 0 && Digest.isDigest(id.substring(at + 1))) {
      return Optional.of(Digest.parse(id.substring(at + 1)));
    }
    String why =
        reported.isEmpty()
            ? "the runtime names no image"
            : "the runtime names no manifest digest: " + Text.quote(reported);
    note.accept(here(container) + ": digest unknown: " + why);
    return Optional.empty();
  }

  private String here(String container) {
    return Text.printable(namespace + "/" + pod + (container.isEmpty() ? "" : "/" + container));
  }
}
