package dev.assay.cli;

import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.verify.Check;
import dev.assay.verify.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Static Analysis Results Interchange Format 2.1.0 (OASIS), which code-scanning pages read: a
 * result for every check that decided against a subject, its rule being the code.
 */
final class SarifReport implements VerifyReport {

  private final Context context;
  private final List<Json> results = new ArrayList<>();
  private final Set<Code> codes = new TreeSet<>();

  SarifReport(Context context) {
    this.context = context;
  }

  @Override
  public void add(VerifyCommand.Result result) {
    Verdict verdict = result.verdict();
    for (Check check : verdict.checks()) {
      if (!check.passed()) {
        Code code = check.code().orElseThrow();
        codes.add(code);
        results.add(result(verdict, check, code));
      }
    }
  }

  private static Json result(Verdict verdict, Check check, Code code) {
    StringBuilder text = new StringBuilder(check.name()).append(": ").append(check.detail());
    check.expected().ifPresent(e -> text.append("; expected ").append(e));
    check.found().ifPresent(f -> text.append("; found ").append(f));
    Json.Builder fingerprints = Json.object();
    verdict.digest().ifPresent(d -> fingerprints.put("subjectDigest/v1", d.toString()));
    return Json.object()
        .put("ruleId", code.id())
        .put("level", check.outcome() == Check.Outcome.FAIL ? "error" : "warning")
        .put("message", Json.object().put("text", text.toString()))
        .put(
            "locations",
            List.of(
                Json.object()
                    .put(
                        "physicalLocation",
                        Json.object()
                            .put(
                                "artifactLocation",
                                Json.object().put("uri", uri(verdict.subject()))))
                    .build()))
        .put("partialFingerprints", fingerprints)
        .build();
  }

  // A URI reference: what may not stand in one is written by its UTF-8 bytes (RFC 3986 section 2).
  private static String uri(String subject) {
    StringBuilder out = new StringBuilder();
    for (byte b : dev.assay.bytes.Text.utf8(subject)) {
      char c = (char) (b & 0xff);
      boolean plain =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || "-._~/:@".indexOf(c) >= 0;
      if (plain) {
        out.append(c);
      } else {
        out.append('%')
            .append(dev.assay.bytes.Hex.encode(new byte[] {b}).toUpperCase(java.util.Locale.ROOT));
      }
    }
    return out.toString();
  }

  @Override
  public void finish() {
    List<Json> rules = new ArrayList<>();
    for (Code code : codes) {
      rules.add(
          Json.object()
              .put("id", code.id())
              .put("shortDescription", Json.object().put("text", code.title()))
              .put("help", Json.object().put("text", "assay explain " + code.id()))
              .build());
    }
    Json driver =
        Json.object()
            .put("name", "assay")
            .put("version", VersionCommand.version())
            .put("rules", rules)
            .build();
    Json run =
        Json.object()
            .put("tool", Json.object().put("driver", driver))
            .put("results", results)
            .build();
    context
        .out()
        .print(
            Json.object()
                .put("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
                .put("version", "2.1.0")
                .put("runs", List.of(run))
                .build()
                .pretty());
  }
}
