package dev.assay.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdmissionReviewTest {

  private static final byte[] GOOD = Reviews.createPodOf("registry.example/pay:1.8");

  @Test
  void readsWhatAnApiServerSends() {
    AdmissionReview review = AdmissionReview.parse(GOOD);
    assertEquals(Reviews.UID, review.uid());
    assertEquals("v1 Pod", review.kind().toString());
    assertEquals(AdmissionReview.Operation.CREATE, review.operation());
    assertEquals("shop", review.namespace());
    assertEquals("pay-7d9f8b6c5-x2x9k", review.displayName());
    assertEquals("system:serviceaccount:kube-system:replicaset-controller", review.user());
    assertTrue(review.oldObject().isEmpty());
  }

  @Test
  void everyTruncationIsRefused() {
    for (int length = 0; length < GOOD.length; length++) {
      byte[] cut = Arrays.copyOf(GOOD, length);
      assertBad(cut);
    }
  }

  @Test
  void flippedBitsAreRefusedOrStillAReviewButNeverSomethingElse() {
    Random random = new Random(20261122);
    for (int i = 0; i < 4_000; i++) {
      byte[] changed = GOOD.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        AdmissionReview.parse(changed);
      } catch (AssayException e) {
        assertEquals(Code.BAD_REVIEW, e.code());
      }
    }
  }

  @Test
  void aMemberGivenTwiceIsRefused() {
    String text = new String(GOOD, java.nio.charset.StandardCharsets.UTF_8);
    assertBad(
        Text.utf8(
            text.replace(
                "\"image\":\"registry.example/pay:1.8\"",
                "\"image\":\"registry.example/pay:1.8\",\"image\":\"evil.example/x:1\"")));
    assertBad(Text.utf8(text.replace("\"uid\":\"9f", "\"uid\":\"x\",\"uid\":\"9f")));
  }

  @Test
  void otherVersionsKindsAndShapesAreRefused() {
    String text = new String(GOOD, java.nio.charset.StandardCharsets.UTF_8);
    assertBad(Text.utf8(text.replace("admission.k8s.io/v1\"", "admission.k8s.io/v1beta1\"")));
    assertBad(Text.utf8(text.replace("\"AdmissionReview\"", "\"Review\"")));
    assertBad(Text.utf8(text.replace("\"CREATE\"", "\"create\"")));
    assertBad(Text.utf8(text.replace("\"request\":", "\"response\":")));
    assertBad(Text.utf8(text.replace(Reviews.UID, "")));
    assertBad(Text.utf8(text.replace("\"dryRun\":false", "\"dryRun\":\"false\"")));
    assertBad(Text.utf8("[" + text + "]"));
    assertBad(Text.utf8(text + text));
    assertBad(Reviews.create("", "v1", "Pod", "null"));
    assertBad(Reviews.create("", "v1", "Pod", "\"pod\""));
  }

  @Test
  void sizeAndDepthAreBounded() {
    assertBad(new byte[Limits.ADMISSION_BYTES + 1]);
    assertBad(Reviews.createPod("[".repeat(100) + "]".repeat(100)));
  }

  private static void assertBad(byte[] document) {
    AssayException e = assertThrows(AssayException.class, () -> AdmissionReview.parse(document));
    assertEquals(Code.BAD_REVIEW, e.code());
  }
}
