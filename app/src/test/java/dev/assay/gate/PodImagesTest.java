package dev.assay.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodImagesTest {

  private static final String GOOD = "{\"name\":\"app\",\"image\":\"a/b:1\"}";
  private static final String EVIL = "{\"name\":\"evil\",\"image\":\"evil/x:1\"}";
  private static final String SPEC = "{\"containers\":[" + GOOD + "]}";

  @Test
  void everyWayIntoAPodIsFound() {
    String spec =
        "{\"containers\":["
            + GOOD
            + "],\"initContainers\":[{\"name\":\"i\",\"image\":\"i:1\",\"restartPolicy\":\"Always\"}],"
            + "\"ephemeralContainers\":[{\"name\":\"e\",\"image\":\"e:1\",\"targetContainerName\":\"app\"}],"
            + "\"volumes\":[{\"name\":\"c\",\"configMap\":{\"name\":\"x\"}},"
            + "{\"name\":\"v\",\"image\":{\"reference\":\"v:1\",\"pullPolicy\":\"Always\"}}]}";
    List<PodImages.Place> places = judged(Reviews.createPod(spec));
    assertEquals(
        List.of("a/b:1", "i:1", "e:1", "v:1"),
        places.stream().map(PodImages.Place::image).toList());
    assertEquals(
        List.of(
            "/spec/containers/0/image",
            "/spec/initContainers/0/image",
            "/spec/ephemeralContainers/0/image",
            "/spec/volumes/1/image/reference"),
        places.stream().map(PodImages.Place::pointer).toList());
  }

  @Test
  void everyBuiltInWorkloadKindIsFoundAtAnyVersion() {
    String template = "{\"metadata\":{},\"spec\":" + SPEC + "}";
    String spec = "{\"spec\":{\"template\":" + template + "}}";
    Map<String, String> objects =
        Map.ofEntries(
            Map.entry("/v1/ReplicationController", spec),
            Map.entry("/v1/PodTemplate", "{\"template\":" + template + "}"),
            Map.entry("apps/v1/Deployment", spec),
            Map.entry("apps/v1beta2/Deployment", spec),
            Map.entry("extensions/v1beta1/Deployment", spec),
            Map.entry("apps/v1/StatefulSet", spec),
            Map.entry("apps/v1/DaemonSet", spec),
            Map.entry("apps/v1/ReplicaSet", spec),
            Map.entry("batch/v1/Job", spec),
            Map.entry(
                "batch/v1/CronJob",
                "{\"spec\":{\"jobTemplate\":{\"spec\":{\"template\":" + template + "}}}}"),
            Map.entry(
                "batch/v1beta1/CronJob",
                "{\"spec\":{\"jobTemplate\":{\"spec\":{\"template\":" + template + "}}}}"));
    objects.forEach((gvk, object) -> {
      String[] p = gvk.split("/", -1);
      assertEquals(
          List.of("a/b:1"),
          judged(Reviews.create(p[0], p[1], p[2], object)).stream()
              .map(PodImages.Place::image)
              .toList(),
          gvk);
    });
  }

  @Test
  void aKindThatIsNotKnownIsNeverTakenToHaveNoImages() {
    String rollout = "{\"spec\":{\"template\":{\"spec\":" + SPEC + "}}}";
    assertUnreadable(Reviews.create("argoproj.io", "v1alpha1", "Rollout", rollout));
    assertUnreadable(Reviews.create("evil.example", "v1", "Pod", "{\"spec\":" + SPEC + "}"));
    assertUnreadable(Reviews.create("", "v1", "pod", "{\"spec\":" + SPEC + "}"));
    assertUnreadable(Reviews.create("", "v1", "List", "{\"items\":[]}"));
  }

  @Test
  void anObjectThatIsNotWhatTheRequestSaysIsRefused() {
    assertUnreadable(
        Reviews.create("", "v1", "Pod", "{\"kind\":\"ConfigMap\",\"spec\":" + SPEC + "}"));
  }

  @Test
  void shapesThatHideImagesAreRefused() {
    for (String spec :
        List.of(
            "{}",
            "[]",
            "null",
            "{\"containers\":[]}",
            "{\"containers\":null}",
            "{\"Containers\":[" + EVIL + "]}",
            "{\"containers\":{\"0\":" + EVIL + "}}",
            "{\"containers\":[" + GOOD + ",null]}",
            "{\"containers\":[" + GOOD + ",[" + EVIL + "]]}",
            "{\"containers\":[{\"name\":\"x\",\"image\":[\"evil\"]}]}",
            "{\"containers\":[" + GOOD + "],\"initContainers\":\"evil\"}",
            "{\"containers\":[" + GOOD + "],\"volumes\":[{\"name\":\"v\",\"image\":\"evil\"}]}",
            "{\"containers\":["
                + GOOD
                + "],\"volumes\":[{\"name\":\"v\",\"image\":{\"reference\":{}}}]}")) {
      assertUnreadable(Reviews.create("", "v1", "Pod", "{\"spec\":" + spec + "}"));
    }
  }

  @Test
  void aContainerWithoutAnImageIsJudgedAndNotLeftOut() {
    for (String container : List.of("{\"name\":\"x\"}", "{\"name\":\"x\",\"image\":\"\"}")) {
      assertEquals(
          List.of(""),
          judged(Reviews.createPod("{\"containers\":[" + container + "]}")).stream()
              .map(PodImages.Place::image)
              .toList());
    }
    assertEquals(
        2,
        judged(
                Reviews.createPod(
                    "{\"containers\":["
                        + GOOD
                        + "],\"volumes\":[{\"name\":\"v\",\"image\":{\"pullPolicy\":\"Always\"}}]}"))
            .size());
  }

  @Test
  void aHugeListIsRefused() {
    String many = (GOOD + ",").repeat(Limits.POD_IMAGES) + EVIL;
    assertUnreadable(Reviews.createPod("{\"containers\":[" + many + "]}"));
  }

  @Test
  void anUpdateIsJudgedByWhatItChanges() {
    String other = "{\"containers\":[" + GOOD + "," + EVIL + "]}";
    assertEquals(List.of(), judged(Text.utf8(Reviews.pod("UPDATE", SPEC, SPEC))));
    assertEquals(
        List.of("evil/x:1"),
        judged(Text.utf8(Reviews.pod("UPDATE", other, SPEC))).stream()
            .map(PodImages.Place::image)
            .toList());
    // The same image in another container, or the same container by another kind, is a change.
    String moved = "{\"containers\":[{\"name\":\"second\",\"image\":\"a/b:1\"}]}";
    assertEquals(1, judged(Text.utf8(Reviews.pod("UPDATE", moved, SPEC))).size());
    // Without the old object, nothing is known to be unchanged.
    assertEquals(1, judged(Text.utf8(Reviews.pod("UPDATE", SPEC, ""))).size());
  }

  @Test
  void anEphemeralContainerIsJudgedThroughItsSubresource() {
    String debug = "{\"containers\":[" + GOOD + "],\"ephemeralContainers\":[" + EVIL + "]}";
    String review =
        Reviews.review(
            "",
            "v1",
            "Pod",
            "pods",
            "ephemeralcontainers",
            "UPDATE",
            "{\"kind\":\"Pod\",\"spec\":" + debug + "}",
            "{\"kind\":\"Pod\",\"spec\":" + SPEC + "}");
    assertEquals(
        List.of("evil/x:1"),
        judged(Text.utf8(review)).stream().map(PodImages.Place::image).toList());
  }

  @Test
  void finalizersAndStatusOfAnyKindMayBeWritten() {
    String before = "{\"metadata\":{\"finalizers\":[\"x\"]},\"spec\":{\"a\":1}}";
    String after = "{\"metadata\":{},\"spec\":{\"a\":1},\"status\":{\"b\":2}}";
    String changed = "{\"metadata\":{},\"spec\":{\"a\":2}}";
    assertEquals(
        List.of(),
        judged(
            Text.utf8(
                Reviews.review("x.example", "v1", "Thing", "t", "", "UPDATE", after, before))));
    assertUnreadable(
        Text.utf8(Reviews.review("x.example", "v1", "Thing", "t", "", "UPDATE", changed, before)));
  }

  @Test
  void deletionAndConnectionBringNoImages() {
    assertEquals(List.of(), judged(Text.utf8(Reviews.pod("DELETE", "", SPEC))));
    assertEquals(
        List.of(),
        judged(
            Text.utf8(
                Reviews.review(
                    "", "v1", "PodExecOptions", "pods", "exec", "CONNECT", "{}", "null"))));
  }

  private static List<PodImages.Place> judged(byte[] review) {
    return PodImages.toJudge(AdmissionReview.parse(review));
  }

  private static void assertUnreadable(byte[] review) {
    AssayException e = assertThrows(AssayException.class, () -> judged(review));
    assertEquals(Code.POD_UNREADABLE, e.code());
  }
}
