package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds every image that an object would make a node run or mount.
 *
 * <p>Kinds are known by group and name, at any version, so that {@code batch/v1beta1} CronJob is
 * not a way around. A kind that is not known is never taken to have no images.
 */
final class PodImages {

  /** How an image comes into a pod. */
  enum Use {
    CONTAINER("containers"),
    INIT("initContainers"),
    EPHEMERAL("ephemeralContainers"),
    VOLUME("volumes");

    private final String member;

    Use(String member) {
      this.member = member;
    }
  }

  /**
   * One place that names an image.
   *
   * @param image as written; may be empty
   * @param pointer where it is written (RFC 6901), for a patch
   */
  record Place(Use use, String name, String image, String pointer) {
    // What has to be the same for an update to have changed nothing here.
    private String identity() {
      return use + "\n" + name + "\n" + image;
    }
  }

  private static final Map<String, List<String>> SPEC =
      Map.ofEntries(
          Map.entry("/Pod", List.of("spec")),
          Map.entry("/ReplicationController", List.of("spec", "template", "spec")),
          Map.entry("/PodTemplate", List.of("template", "spec")),
          Map.entry("apps/Deployment", List.of("spec", "template", "spec")),
          Map.entry("apps/StatefulSet", List.of("spec", "template", "spec")),
          Map.entry("apps/DaemonSet", List.of("spec", "template", "spec")),
          Map.entry("apps/ReplicaSet", List.of("spec", "template", "spec")),
          Map.entry("extensions/Deployment", List.of("spec", "template", "spec")),
          Map.entry("extensions/DaemonSet", List.of("spec", "template", "spec")),
          Map.entry("extensions/ReplicaSet", List.of("spec", "template", "spec")),
          Map.entry("batch/Job", List.of("spec", "template", "spec")),
          Map.entry("batch/CronJob", List.of("spec", "jobTemplate", "spec", "template", "spec")));

  // What a webhook with a rule for pods/* or deployments/* also receives, and which names no image
  // by its schema.
  private static final Set<String> WITHOUT_IMAGES =
      Set.of("/Binding", "policy/Eviction", "autoscaling/Scale", "extensions/Scale");

  private PodImages() {}

  /** Whether the object is a pod, which can be patched without a controller fighting back. */
  static boolean isPod(AdmissionReview review) {
    return review.kind().group().isEmpty() && review.kind().kind().equals("Pod");
  }

  /**
   * The images that have to be judged before the request may pass. Empty when it brings none: a
   * deletion, a connection, an update that changes none.
   *
   * @throws AssayException with {@link Code#POD_UNREADABLE} if they cannot be told
   */
  static List<Place> toJudge(AdmissionReview review) {
    if (review.operation() == AdmissionReview.Operation.DELETE
        || review.operation() == AdmissionReview.Operation.CONNECT) {
      return List.of();
    }
    Json.Obj object = review.object().orElseThrow();
    boolean update = review.operation() == AdmissionReview.Operation.UPDATE;
    // Finalizers must come off and status must be written even where the images cannot be told.
    if (update && review.oldObject().filter(old -> sameButMetadata(object, old)).isPresent()) {
      return List.of();
    }
    String kind = review.kind().group() + "/" + review.kind().kind();
    if (WITHOUT_IMAGES.contains(kind)) {
      return List.of();
    }
    List<Place> places = places(object, review.kind());
    if (!update || review.oldObject().isEmpty()) {
      return places;
    }
    Set<String> before = new HashSet<>();
    try {
      places(review.oldObject().get(), review.kind()).forEach(p -> before.add(p.identity()));
    } catch (AssayException e) {
      return places; // what was there before is no reason to trust what comes
    }
    return places.stream().filter(p -> !before.contains(p.identity())).toList();
  }

  private static List<Place> places(Json.Obj object, AdmissionReview.Kind kind) {
    List<String> path = SPEC.get(kind.group() + "/" + kind.kind());
    if (path == null) {
      throw unreadable(
          "it is not known where "
              + Text.quote(kind.toString())
              + " names its images; leave the kind out of the webhook's rules,"
              + " the pods it makes are judged");
    }
    Optional<Json> said = object.get("kind");
    if (said.isPresent() && !(said.get() instanceof Json.Str s && s.value().equals(kind.kind()))) {
      throw unreadable("the object is not the " + kind.kind() + " that the request says it is");
    }
    Json.Obj at = object;
    StringBuilder pointer = new StringBuilder();
    for (String member : path) {
      pointer.append('/').append(member);
      if (!(at.get(member).orElse(null) instanceof Json.Obj next)) {
        throw unreadable(pointer + " is missing or no object");
      }
      at = next;
    }
    return places(at, pointer.toString());
  }

  private static List<Place> places(Json.Obj spec, String pointer) {
    List<Place> out = new ArrayList<>();
    for (Use use : Use.values()) {
      List<Json> elements = elements(spec, use, pointer);
      for (int i = 0; i < elements.size(); i++) {
        String here = pointer + "/" + use.member + "/" + i;
        if (!(elements.get(i) instanceof Json.Obj element)) {
          throw unreadable(here + " is no object");
        }
        place(element, use, here).ifPresent(out::add);
        if (out.size() > Limits.POD_IMAGES) {
          throw unreadable("more than " + Limits.POD_IMAGES + " images in one object");
        }
      }
      if (use == Use.CONTAINER && elements.isEmpty()) {
        throw unreadable(pointer + "/containers is empty");
      }
    }
    return out;
  }

  private static List<Json> elements(Json.Obj spec, Use use, String pointer) {
    Optional<Json> value = spec.get(use.member);
    if (value.isEmpty() || value.get() instanceof Json.Null) {
      return List.of();
    }
    if (value.get() instanceof Json.Arr array) {
      return array.elements();
    }
    throw unreadable(pointer + "/" + use.member + " is no array");
  }

  private static Optional<Place> place(Json.Obj element, Use use, String pointer) {
    String name = text(element, "name", pointer);
    if (use != Use.VOLUME) {
      return Optional.of(new Place(use, name, text(element, "image", pointer), pointer + "/image"));
    }
    Optional<Json> source = element.get("image").filter(v -> !(v instanceof Json.Null));
    if (source.isEmpty()) {
      return Optional.empty();
    }
    if (!(source.get() instanceof Json.Obj image)) {
      throw unreadable(pointer + "/image is no object");
    }
    String reference = text(image, "reference", pointer + "/image");
    return Optional.of(new Place(use, name, reference, pointer + "/image/reference"));
  }

  private static String text(Json.Obj element, String member, String pointer) {
    Optional<Json> value = element.get(member).filter(v -> !(v instanceof Json.Null));
    if (value.isEmpty()) {
      return "";
    }
    if (value.get() instanceof Json.Str s) {
      return s.value();
    }
    throw unreadable(pointer + "/" + member + " is no string");
  }

  private static boolean sameButMetadata(Json.Obj now, Json.Obj before) {
    return rest(now).equals(rest(before));
  }

  private static Map<String, Json> rest(Json.Obj object) {
    Map<String, Json> out = new LinkedHashMap<>(object.members());
    out.remove("metadata");
    out.remove("status");
    return out;
  }

  private static AssayException unreadable(String why) {
    return new AssayException(Code.POD_UNREADABLE, "the images cannot be told: " + why);
  }
}
