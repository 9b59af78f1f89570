package dev.assay.gate;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.util.List;
import java.util.Optional;

/**
 * The Kubernetes objects that make an API server ask a gate, as JSON (which {@code kubectl apply
 * -f} reads).
 *
 * @param name of the configuration; the webhook is called {@code NAME.assay.dev}
 * @param url where the gate is reached; by an address outside the cluster
 * @param service or the service in front of it: namespace and name
 * @param caBundle PEM of the certificates by which the API server knows the gate
 * @param ownNamespace left out of the rules, so that the gate can start when it is down
 * @param timeoutSeconds more than the gate's own budget, so that the gate's reason is the one seen
 */
public record WebhookConfiguration(
    String name,
    Optional<String> url,
    Optional<Service> service,
    String caBundle,
    String ownNamespace,
    int timeoutSeconds) {

  /** A Service in front of the gate. */
  public record Service(String namespace, String name, int port) {}

  public WebhookConfiguration {
    if (url.isPresent() == service.isPresent()) {
      throw new IllegalArgumentException("either a URL or a service");
    }
  }

  /** The ValidatingWebhookConfiguration. */
  public Json validating() {
    return configuration("ValidatingWebhookConfiguration", "/validate", webhook -> webhook);
  }

  /** The MutatingWebhookConfiguration, which pins the tags of pods. */
  public Json mutating() {
    return configuration(
        "MutatingWebhookConfiguration",
        "/mutate",
        webhook -> webhook.put("reinvocationPolicy", "IfNeeded"));
  }

  private Json configuration(
      String kind, String path, java.util.function.UnaryOperator<Json.Builder> more) {
    Json.Builder webhook =
        Json.object()
            .put("name", name + ".assay.dev")
            .put("admissionReviewVersions", List.of(Json.of("v1")))
            .put("clientConfig", clientConfig(path))
            .put("failurePolicy", "Fail")
            .put("matchPolicy", "Equivalent")
            // A rehearsal (dryRun) leaves no record.
            .put("sideEffects", "NoneOnDryRun")
            .put("timeoutSeconds", timeoutSeconds)
            .put(
                "namespaceSelector",
                Json.object()
                    .put(
                        "matchExpressions",
                        List.of(
                            Json.object()
                                .put("key", "kubernetes.io/metadata.name")
                                .put("operator", "NotIn")
                                .put("values", List.of(Json.of(ownNamespace)))
                                .build())))
            .put("rules", rules(path));
    return Json.object()
        .put("apiVersion", "admissionregistration.k8s.io/v1")
        .put("kind", kind)
        .put("metadata", Json.object().put("name", name))
        .put("webhooks", List.of(more.apply(webhook).build()))
        .build();
  }

  private Json clientConfig(String path) {
    Json.Builder out = Json.object();
    url.ifPresent(u -> out.put("url", u + path));
    service.ifPresent(s ->
        out.put(
            "service",
            Json.object()
                .put("namespace", s.namespace())
                .put("name", s.name())
                .put("port", s.port())
                .put("path", path)));
    return out.put("caBundle", Base64s.encode(Text.utf8(caBundle))).build();
  }

  private static List<Json> rules(String path) {
    Json pods = rule("", "v1", "pods", "pods/ephemeralcontainers");
    if (path.equals("/mutate")) {
      return List.of(pods); // a patched template makes GitOps tools fight for it
    }
    return List.of(
        pods,
        rule("", "v1", "replicationcontrollers", "podtemplates"),
        rule("apps", "v1", "deployments", "statefulsets", "daemonsets", "replicasets"),
        rule("batch", "v1", "jobs", "cronjobs"));
  }

  private static Json rule(String group, String version, String... resources) {
    return Json.object()
        .put("apiGroups", List.of(Json.of(group)))
        .put("apiVersions", List.of(Json.of(version)))
        .put("operations", List.of(Json.of("CREATE"), Json.of("UPDATE")))
        .put("resources", Json.strings(List.of(resources)))
        .put("scope", "Namespaced")
        .build();
  }

  /** Both, as one list. */
  public String text(boolean withMutating) {
    Json out =
        withMutating
            ? Json.object()
                .put("apiVersion", "v1")
                .put("kind", "List")
                .put("items", List.of(mutating(), validating()))
                .build()
            : validating();
    return out.pretty();
  }
}
