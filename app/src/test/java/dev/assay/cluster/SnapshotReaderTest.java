package dev.assay.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnapshotReaderTest {

  private static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");
  private static final String HEX = "9c1f".repeat(16);
  private static final String RUNNING = "{\"running\":{\"startedAt\":\"2026-11-22T11:58:03Z\"}}";

  private static String pod(String name, String metadata, String statuses) {
    return "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\""
        + name
        + "\",\"namespace\":\"shop\""
        + metadata
        + "},\"spec\":{\"nodeName\":\"n1\",\"containers\":[{\"name\":\"app\",\"image\":"
        + "\"registry.example/pay:1.8\",\"resources\":{}}],\"initContainers\":[{\"name\":\"init\","
        + "\"image\":\"registry.example/init:1\"}],\"ephemeralContainers\":[{\"name\":\"debug\","
        + "\"image\":\"busybox\"}]},\"status\":{\"phase\":\"Pending\""
        + statuses
        + "}}";
  }

  private static String status(String name, String state, String imageId) {
    return "{\"name\":\""
        + name
        + "\",\"state\":"
        + state
        + ",\"lastState\":{\"terminated\":{\"exitCode\":1,\"startedAt\":\"2026-11-22T11:00:00Z\"}},"
        + "\"ready\":true,\"restartCount\":3,\"image\":\"registry.example/pay:1.8\",\"imageID\":\""
        + imageId
        + "\",\"containerID\":\"containerd://77\"}";
  }

  private static String app(String name, String metadata, String imageId) {
    return pod(name, metadata, ",\"containerStatuses\":[" + status("app", RUNNING, imageId) + "]");
  }

  // The order of members is the one of kubectl.
  private static byte[] list(String... pods) {
    return Text.utf8(
        "{\"apiVersion\":\"v1\",\"items\":["
            + String.join(",", pods)
            + "],\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"\"}}");
  }

  private static SnapshotReader.Read read(byte[] document) {
    return SnapshotReader.read(document, Optional.of("prod-eu"), AT, true);
  }

  private static RunningContainer only(byte[] document) {
    List<RunningContainer> containers = read(document).snapshot().containers();
    assertEquals(1, containers.size());
    return containers.getFirst();
  }

  @Test
  void readsWhatKubectlPrints() {
    RunningContainer c = only(list(app("pay-1", "", "registry.example/pay@sha256:" + HEX)));
    assertEquals("shop", c.namespace());
    assertEquals("pay-1", c.pod());
    assertEquals("Pod", c.workloadKind());
    assertEquals("app", c.container());
    assertEquals("registry.example/pay:1.8", c.image());
    assertEquals("sha256:" + HEX, c.digest().orElseThrow().toString());
    assertEquals(Instant.parse("2026-11-22T11:58:03Z"), c.startedAt().orElseThrow());
    assertTrue(read(list()).snapshot().complete());
  }

  @Test
  void onlyADigestWithItsRepositoryNamesAManifest() {
    assertTrue(
        only(list(app("p", "", "docker-pullable://registry.example/pay@sha256:" + HEX)))
            .digest()
            .isPresent());
    for (String imageId :
        List.of(
            "sha256:" + HEX,
            "docker://sha256:" + HEX,
            "docker://registry.example/pay@sha256:" + HEX,
            "@sha256:" + HEX,
            HEX,
            "registry.example/pay@sha256:" + HEX.substring(1),
            "registry.example/pay@sha256:" + HEX.toUpperCase(java.util.Locale.ROOT),
            "registry.example/pay:1.8",
            "")) {
      SnapshotReader.Read read = read(list(app("p", "", imageId)));
      assertTrue(read.snapshot().containers().getFirst().digest().isEmpty(), imageId);
      assertTrue(read.notes().getFirst().contains("digest unknown"), imageId);
    }
  }

  @Test
  void whatHasEndedOrWaitsDoesNotRun() {
    String ended = "{\"terminated\":{\"exitCode\":0,\"finishedAt\":\"2026-11-22T11:59:00Z\"}}";
    String waits = "{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}";
    String id = "registry.example/pay@sha256:" + HEX;
    for (String state : List.of(ended, waits, "{}")) {
      byte[] list = list(pod("p", "", ",\"containerStatuses\":[" + status("app", state, id) + "]"));
      assertEquals(List.of(), read(list).snapshot().containers());
    }
    assertEquals(List.of(), read(list(pod("p", "", ""))).snapshot().containers());
  }

  @Test
  void initAndEphemeralContainersRunToo() {
    String id = "registry.example/pay@sha256:" + HEX;
    byte[] list =
        list(
            pod(
                "p",
                "",
                ",\"initContainerStatuses\":["
                    + status("init", RUNNING, id)
                    + "],\"ephemeralContainerStatuses\":["
                    + status("debug", RUNNING, id)
                    + "]"));
    assertEquals(
        List.of("init", "ephemeral"),
        read(list).snapshot().containers().stream().map(c -> c.type().id()).toList());
  }

  @Test
  void aDeploymentIsNamedOnlyWhereThePodProvesIt() {
    String rs =
        ",\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":"
            + "\"pay-7d9f8b6c5\",\"uid\":\"1\",\"controller\":true}]";
    String id = "r/p@sha256:" + HEX;
    RunningContainer proven =
        only(list(app("p", rs + ",\"labels\":{\"pod-template-hash\":\"7d9f8b6c5\"}", id)));
    assertEquals("Deployment pay", proven.workloadKind() + " " + proven.workload());
    for (String labels :
        List.of(
            "",
            ",\"labels\":{\"pod-template-hash\":\"other\"}",
            ",\"labels\":{\"pod-template-hash\":\"\"}",
            ",\"labels\":{\"pod-template-hash\":\"f8b6c5\"}")) {
      RunningContainer c = only(list(app("p", rs + labels, id)));
      assertEquals("ReplicaSet pay-7d9f8b6c5", c.workloadKind() + " " + c.workload(), labels);
    }
    RunningContainer job =
        only(
            list(
                app(
                    "p",
                    ",\"ownerReferences\":[{\"kind\":\"Job\",\"name\":\"backup-29\",\"controller\":true}]",
                    id)));
    assertEquals("Job backup-29", job.workloadKind() + " " + job.workload());
    RunningContainer mirror =
        only(
            list(
                app(
                    "etcd-n1",
                    ",\"ownerReferences\":[{\"kind\":\"Node\",\"name\":\"n1\",\"controller\":true}]",
                    id)));
    assertEquals("Pod etcd-n1", mirror.workloadKind() + " " + mirror.workload());
  }

  @Test
  void whatCannotBeToldMakesItIncomplete() {
    String running = app("p", "", "r/p@sha256:" + HEX).replace("\"Pending\"", "\"Running\"");
    SnapshotReader.Read read = read(list(running)); // init and debug are not told of
    assertFalse(read.snapshot().complete());
    assertTrue(read.notes().getFirst().startsWith("not complete: "));
    assertFalse(
        read(list(pod("p", "", "").replace("\"Pending\"", "\"Unknown\""))).snapshot().complete());
    String page = new String(list(), StandardCharsets.UTF_8);
    assertFalse(
        read(Text.utf8(page.replace("\"resourceVersion\":\"\"", "\"continue\":\"abc\"")))
            .snapshot()
            .complete());
    assertFalse(
        read(Text.utf8(page.replace("\"resourceVersion\":\"\"", "\"remainingItemCount\":3")))
            .snapshot()
            .complete());
    assertFalse(
        SnapshotReader.read(list(), Optional.of("prod-eu"), AT, false).snapshot().complete());
  }

  @Test
  void whatIsNoListOfPodsIsRefused() {
    String good = new String(list(app("p", "", "r/p@sha256:" + HEX)), StandardCharsets.UTF_8);
    for (String bad :
        List.of(
            good.replace("\"kind\":\"List\"", "\"kind\":\"DeploymentList\""),
            good.replace("\"kind\":\"Pod\"", "\"kind\":\"Deployment\""),
            good.replace("{\"apiVersion\":\"v1\",\"items\"", "{\"apiVersion\":\"v2\",\"items\""),
            good.replace("\"items\"", "\"item\""),
            good.replace("\"namespace\":\"shop\"", "\"name_space\":\"shop\""),
            good.replace("\"name\":\"p\"", "\"name\":\"p\",\"name\":\"q\""),
            good.replace("\"items\":[", "\"items\":[null,"),
            good.replace("\"running\":{", "\"running\":[{").replace("03Z\"}}", "03Z\"}]}"),
            good.replace("2026-11-22T11:58:03Z", "yesterday"),
            new String(
                list(app("p", "", "r/p@sha256:" + HEX), app("p", "", "r/q@sha256:" + HEX)),
                StandardCharsets.UTF_8),
            "[]",
            "",
            good + good)) {
      AssayException e = assertThrows(AssayException.class, () -> read(Text.utf8(bad)), bad);
      assertEquals(Code.BAD_SNAPSHOT, e.code(), bad);
    }
    assertThrows(
        AssayException.class, () -> SnapshotReader.read(list(), Optional.empty(), AT, true));
    assertThrows(
        AssayException.class, () -> SnapshotReader.read(list(), Optional.of("a b"), AT, true));
  }

  @Test
  void everyTruncationIsRefusedAndFlippedBitsAreNeverAnotherError() {
    byte[] good = list(app("p", "", "registry.example/pay@sha256:" + HEX));
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertEquals(Code.BAD_SNAPSHOT, assertThrows(AssayException.class, () -> read(cut)).code());
    }
    Random random = new Random(20261122);
    for (int i = 0; i < 4_000; i++) {
      byte[] changed = good.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        read(changed);
      } catch (AssayException e) {
        assertEquals(Code.BAD_SNAPSHOT, e.code());
      }
    }
  }

  @Test
  void contentIsCanonicalWhateverTheOrderAndReadsBackTheSame() {
    String id = "r/p@sha256:" + HEX;
    byte[] one = read(list(app("b", "", id), app("a", "", id))).snapshot().toBytes();
    byte[] two = read(list(app("a", "", id), app("b", "", id))).snapshot().toBytes();
    assertArrayEquals(one, two);
    Snapshot back = Snapshot.parse(one);
    assertArrayEquals(one, back.toBytes());
    SnapshotReader.Read again =
        SnapshotReader.read(one, Optional.of("prod-eu"), Instant.EPOCH, true);
    assertEquals(back, again.snapshot());
    assertThrows(
        AssayException.class, () -> SnapshotReader.read(one, Optional.of("other"), AT, true));
    String text = new String(one, StandardCharsets.UTF_8);
    for (String bad :
        List.of(
            text.replace("\"complete\":true,", ""),
            text.replace("\"complete\":true", "\"complete\":null"),
            text.replace("\"type\":\"container\"", "\"type\":\"sidecar\""),
            text.replace("\"cluster\"", "\"extra\":1,\"cluster\""),
            text.replace("\"pod\":\"a\"", "\"pod\":\"a\",\"node\":\"n\""),
            text.replace("\"pod\":\"a\"", "\"pod\":\"b\""))) {
      assertEquals(
          Code.BAD_SNAPSHOT,
          assertThrows(AssayException.class, () -> Snapshot.parse(Text.utf8(bad))).code());
    }
  }
}
