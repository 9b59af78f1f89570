package dev.assay.gate;

import dev.assay.bytes.Text;

/** AdmissionReviews in the shape in which an API server sends them. */
final class Reviews {

  static final String UID = "9f3c2a1e-5b7d-4c88-9a54-1d2e3f405162";

  private Reviews() {}

  /** A pod whose {@code spec} is given as JSON. */
  static String pod(String operation, String spec, String oldSpec) {
    return review("", "v1", "Pod", "pods", "", operation, podObject(spec), podObject(oldSpec));
  }

  static byte[] createPod(String spec) {
    return Text.utf8(pod("CREATE", spec, ""));
  }

  static byte[] createPodOf(String image) {
    return createPod("{\"containers\":[{\"name\":\"app\",\"image\":\"" + image + "\"}]}");
  }

  private static String podObject(String spec) {
    return spec.isEmpty()
        ? "null"
        : "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"pay-7d9f8b6c5-x2x9k\","
            + "\"generateName\":\"pay-7d9f8b6c5-\",\"namespace\":\"shop\",\"uid\":\"1\","
            + "\"creationTimestamp\":\"2026-11-22T12:00:00Z\",\"managedFields\":[{\"manager\":"
            + "\"kube-controller-manager\",\"fieldsV1\":{\"f:spec\":{\"f:containers\":{"
            + "\"k:{\\\"name\\\":\\\"app\\\"}\":{\".\":{},\"f:image\":{}}}}}}]},\"spec\":"
            + spec
            + ",\"status\":{\"phase\":\"Pending\",\"qosClass\":\"BestEffort\"}}";
  }

  static byte[] create(String group, String version, String kind, String object) {
    return Text.utf8(review(group, version, kind, "things", "", "CREATE", object, "null"));
  }

  static String review(
      String group,
      String version,
      String kind,
      String resource,
      String subResource,
      String operation,
      String object,
      String oldObject) {
    String gvk =
        "{\"group\":\"" + group + "\",\"version\":\"" + version + "\",\"kind\":\"" + kind + "\"}";
    String gvr =
        "{\"group\":\""
            + group
            + "\",\"version\":\""
            + version
            + "\",\"resource\":\""
            + resource
            + "\"}";
    return "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{"
        + "\"uid\":\""
        + UID
        + "\",\"kind\":"
        + gvk
        + ",\"resource\":"
        + gvr
        + (subResource.isEmpty() ? "" : ",\"subResource\":\"" + subResource + "\"")
        + ",\"requestKind\":"
        + gvk
        + ",\"requestResource\":"
        + gvr
        + ",\"name\":\"pay-7d9f8b6c5-x2x9k\",\"namespace\":\"shop\",\"operation\":\""
        + operation
        + "\",\"userInfo\":{\"username\":\"system:serviceaccount:kube-system:replicaset-controller\","
        + "\"uid\":\"7\",\"groups\":[\"system:serviceaccounts\",\"system:authenticated\"],"
        + "\"extra\":{\"authentication.kubernetes.io/credential-id\":[\"JTI=1\"]}},\"object\":"
        + object
        + ",\"oldObject\":"
        + oldObject
        + ",\"dryRun\":false,\"options\":{\"kind\":\"CreateOptions\",\"apiVersion\":"
        + "\"meta.k8s.io/v1\"}}}";
  }
}
