package dev.assay.gate;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.oci.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The answers, as the API server reads them. */
final class Responses {

  // The API server cuts a warning at 256 characters and all of them at 4,096.
  private static final int WARNING = 250;
  private static final int WARNINGS = 4_000;
  private static final int LISTED = 40;

  private Responses() {}

  static Json.Obj nothingToJudge(AdmissionReview review) {
    return review(Json.object().put("uid", review.uid()).put("allowed", true));
  }

  static Json.Obj decided(
      Decision decision, Digest policy, OptionalLong index, List<String> warnings) {
    return review(response(decision, policy, index, warnings, true));
  }

  /** An allowed pod whose images, where they named a tag alone, now name the verified digest. */
  static Json.Obj pinned(Decision decision, Digest policy, OptionalLong index) {
    Json.Builder response = response(decision, policy, index, List.of(), false);
    List<Json> patch = patch(decision);
    if (!patch.isEmpty()) {
      response
          .put("patchType", "JSONPatch")
          .put("patch", Base64s.encode(Text.utf8(Json.array(patch).compact())));
    }
    return review(response);
  }

  private static List<Json> patch(Decision decision) {
    List<Json> patch = new ArrayList<>();
    for (Decision.Judged judged : decision.judged()) {
      Reference name = Reference.parse(judged.place().image());
      if (name.digest().isEmpty()) {
        String pinned =
            new Reference(
                    name.registry(), name.repository(), name.tag(), judged.judgement().digest())
                .toString();
        patch.add(
            Json.object()
                .put("op", "replace")
                .put("path", judged.place().pointer())
                .put("value", pinned)
                .build());
      }
    }
    return patch;
  }

  private static Json.Builder response(
      Decision decision, Digest policy, OptionalLong index, List<String> more, boolean warn) {
    Json.Builder out =
        Json.object().put("uid", decision.review().uid()).put("allowed", decision.allowed());
    if (!decision.allowed()) {
      boolean undecided = decision.undecided();
      out.put(
          "status",
          Json.object()
              .put("code", undecided ? 503 : 403)
              .put("reason", undecided ? "ServiceUnavailable" : "Forbidden")
              .put("message", message(decision, policy, index)));
    }
    List<String> warnings = new ArrayList<>(more);
    if (decision.allowed() && warn) {
      warnings.addAll(warnings(decision));
    }
    if (!warnings.isEmpty()) {
      out.put("warnings", bounded(warnings));
    }
    Json.Builder audit = Json.object().put("policy", policy.toString());
    index.ifPresent(i -> audit.put("record", Long.toString(i)));
    audit.put("verified", Boolean.toString(decision.verified()));
    decision.decisive().ifPresent(d -> audit.put("code", d.code().id()));
    return out.put("auditAnnotations", audit);
  }

  private static String message(Decision decision, Digest policy, OptionalLong index) {
    StringBuilder out = new StringBuilder();
    Optional<Decision.Failure> failure = decision.failure();
    if (failure.isPresent()) {
      out.append(failure.get().code().id())
          .append(' ')
          .append(failure.get().code().title())
          .append(": ")
          .append(Text.printable(failure.get().message()));
    } else {
      List<Decision.Judged> refused = decision.refused();
      out.append(refused.size())
          .append(" of ")
          .append(decision.judged().size())
          .append(decision.judged().size() == 1 ? " image" : " images")
          .append(decision.undecided() ? " could not be decided" : " refused");
      for (Decision.Judged judged : refused.subList(0, Math.min(LISTED, refused.size()))) {
        out.append("\n  ").append(line(judged));
        out.append("\n    next: ").append(next(judged));
      }
      if (refused.size() > LISTED) {
        out.append("\n  and ").append(refused.size() - LISTED).append(" more");
      }
    }
    out.append("\n  policy: ").append(policy.brief());
    index.ifPresent(i -> out.append("\n  evidence: assay ledger record #").append(i));
    return out.toString();
  }

  private static String line(Decision.Judged judged) {
    PodImages.Place place = judged.place();
    String digest =
        judged
            .judgement()
            .digest()
            .filter(d -> !place.image().contains("@"))
            .map(d -> " (" + d + ")")
            .orElse("");
    return kind(place)
        + Text.quote(place.name())
        + ": "
        + shown(place.image())
        + digest
        + ": "
        + Decision.cut(Decision.why(judged), 600);
  }

  private static String kind(PodImages.Place place) {
    return switch (place.use()) {
      case CONTAINER -> "container ";
      case INIT -> "init container ";
      case EPHEMERAL -> "ephemeral container ";
      case VOLUME -> "volume ";
    };
  }

  private static String shown(String image) {
    return image.isEmpty() ? "(no image named)" : Decision.cut(Text.printable(image), 400);
  }

  private static String next(Decision.Judged judged) {
    Code code = judged.judgement().code().orElseThrow();
    if (judged.judgement().undecided()) {
      return code == Code.BUG
          ? "see the gate's log, then try again"
          : "try again when it can be reached; assay explain " + code.id();
    }
    Judgement found = judged.judgement();
    if (found.repository().isPresent() && found.digest().isPresent()) {
      return "assay verify --policy POLICY "
          + found.repository().get()
          + "@"
          + found.digest().get();
    }
    return "assay explain " + code.id();
  }

  // What somebody who is allowed should still know.
  private static List<String> warnings(Decision decision) {
    List<String> out = new ArrayList<>();
    if (!decision.verified()) {
      decision
          .failure()
          .ifPresent(f ->
              out.add("assay would deny: " + f.code().id() + " " + Text.printable(f.message())));
      for (Decision.Judged judged : decision.refused()) {
        out.add(
            "assay would deny: "
                + Text.printable(judged.place().name())
                + ": "
                + Decision.why(judged)
                + ": "
                + shown(judged.place().image()));
      }
    } else if (PodImages.isPod(decision.review())) {
      for (Decision.Judged judged : decision.judged()) {
        if (!judged.place().image().contains("@")) {
          out.add(
              "assay: "
                  + Text.printable(judged.place().name())
                  + " names a tag, which the node resolves again; verified was "
                  + judged.judgement().digest().map(Digest::toString).orElse(""));
        }
      }
    }
    return out;
  }

  private static List<Json> bounded(List<String> warnings) {
    List<Json> out = new ArrayList<>();
    int length = 0;
    for (String warning : warnings) {
      String shown = Decision.cut(warning, WARNING);
      length += shown.length();
      if (length > WARNINGS) {
        break;
      }
      out.add(Json.of(shown));
    }
    return out;
  }

  private static Json.Obj review(Json.Builder response) {
    return Json.object()
        .put("apiVersion", AdmissionReview.API_VERSION)
        .put("kind", "AdmissionReview")
        .put("response", response)
        .build();
  }
}
