package dev.assay.cluster;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * One container that ran when the snapshot was taken.
 *
 * @param workloadKind what made the pod, as far as the pod itself proves it: {@code Deployment},
 *     {@code Pod} ...
 * @param workload its name
 * @param type how the pod declares it
 * @param image as the pod asks for it
 * @param digest of the manifest, or of the index that was pulled; absent when the runtime does not
 *     tell
 * @param startedAt of the present run; earlier runs of the same container ended before
 */
public record RunningContainer(
    String namespace,
    String workloadKind,
    String workload,
    String pod,
    String container,
    Type type,
    String image,
    Optional<Digest> digest,
    Optional<Instant> startedAt)
    implements Comparable<RunningContainer> {

  /** How a pod declares a container. */
  public enum Type {
    CONTAINER,
    INIT,
    EPHEMERAL;

    /** As content writes it. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Type> byId(String id) {
      for (Type type : values()) {
        if (type.id().equals(id)) {
          return Optional.of(type);
        }
      }
      return Optional.empty();
    }
  }

  private static final Comparator<RunningContainer> ORDER =
      Comparator.comparing(RunningContainer::namespace)
          .thenComparing(RunningContainer::pod)
          .thenComparing(RunningContainer::type)
          .thenComparing(RunningContainer::container);

  /** By namespace, pod, type and name, which no two containers of a cluster share. */
  @Override
  public int compareTo(RunningContainer other) {
    return ORDER.compare(this, other);
  }

  Json toJson() {
    Json.Builder out =
        Json.object()
            .put("namespace", namespace)
            .put("workloadKind", workloadKind)
            .put("workload", workload)
            .put("pod", pod)
            .put("container", container)
            .put("type", type.id())
            .put("image", image);
    digest.ifPresent(d -> out.put("digest", d.toString()));
    startedAt.ifPresent(t -> out.put("startedAt", t.toString()));
    return out.build();
  }
}
