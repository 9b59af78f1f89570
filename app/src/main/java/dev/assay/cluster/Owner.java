package dev.assay.cluster;

import dev.assay.bytes.Fields;
import java.util.Optional;

/**
 * What made a pod, as far as the pod itself proves it.
 *
 * <p>A pod names the ReplicaSet that controls it. The Deployment above is proven by the label
 * {@code pod-template-hash}, which its controller sets, and by which it ends the ReplicaSet's name:
 * {@code pay} makes {@code pay-7d9f8b6c5}. A Job's CronJob is not proven by anything in the pod.
 */
record Owner(String kind, String name) {

  private static final int REFERENCES = 1_000;
  private static final int LABELS = 10_000;

  static Owner of(Fields metadata, String pod) {
    Optional<Owner> controller = Optional.empty();
    for (Fields reference : metadata.objects("ownerReferences", REFERENCES)) {
      if (reference.bool("controller", false)) {
        controller = Optional.of(new Owner(reference.string("kind"), reference.string("name")));
      }
    }
    // A mirror pod is controlled by its node: it came from a file there.
    if (controller.isEmpty() || controller.get().kind().equals("Node")) {
      return new Owner("Pod", pod);
    }
    Owner owner = controller.get();
    if (!owner.kind().equals("ReplicaSet")) {
      return owner;
    }
    String hash = metadata.stringMap("labels", LABELS).getOrDefault("pod-template-hash", "");
    String end = "-" + hash;
    boolean proven = !hash.isEmpty() && owner.name().endsWith(end) && !owner.name().equals(end);
    return proven
        ? new Owner("Deployment", owner.name().substring(0, owner.name().length() - end.length()))
        : owner;
  }
}
