package dev.assay.verify;

import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was decided about one subject: the checks that policy required, all of which must pass.
 *
 * @param subject what was asked about, as the caller named it
 * @param digest what it resolved to; absent when it could not be resolved
 * @param checks the checks, in the order they were made; never empty
 * @param time the time for which the verdict holds (RFC 3339, UTC)
 * @param notes what whoever reads it should know and what decides nothing: what was not looked at
 */
public record Verdict(
    String subject, Optional<Digest> digest, List<Check> checks, String time, List<String> notes) {

  /**
   * @throws IllegalArgumentException if nothing was checked: an empty verdict must not be able to
   *     pass
   */
  public Verdict {
    if (checks.isEmpty()) {
      throw new IllegalArgumentException("a verdict without checks");
    }
    checks = List.copyOf(checks);
    notes = List.copyOf(notes);
  }

  /** As the other, without notes. */
  public Verdict(String subject, Optional<Digest> digest, List<Check> checks, String time) {
    this(subject, digest, checks, time, List.of());
  }

  /** The same with further notes. */
  public Verdict noting(List<String> more) {
    if (more.isEmpty()) {
      return this;
    }
    List<String> all = new ArrayList<>(notes);
    all.addAll(more);
    return new Verdict(subject, digest, checks, time, all);
  }

  public boolean verified() {
    return checks.stream().allMatch(Check::passed);
  }

  /** The check that decides: the most severe one that did not pass. */
  public Optional<Check> decisive() {
    Check worst = null;
    for (Check check : checks) {
      if (!check.passed() && (worst == null || severity(check) > severity(worst))) {
        worst = check;
      }
    }
    return Optional.ofNullable(worst);
  }

  /** What a command that ends with this verdict exits with. */
  public Code.Exit exit() {
    Code.Exit exit = Code.Exit.OK;
    for (Check check : checks) {
      exit = exit.worse(exitOf(check));
    }
    return exit;
  }

  private static int severity(Check check) {
    return exitOf(check).status();
  }

  private static Code.Exit exitOf(Check check) {
    return switch (check.outcome()) {
      case PASS -> Code.Exit.OK;
      case FAIL -> {
        Code.Exit exit = check.code().orElseThrow().exit();
        // A finding about the evidence is a refusal, whatever the code means to a command.
        yield exit == Code.Exit.USAGE || exit == Code.Exit.OK ? Code.Exit.REFUSED : exit;
      }
      case REVIEW, NOT_EVALUATED -> Code.Exit.UNDECIDED;
    };
  }

  /** For {@code -o json} and the ledger. */
  public Json toJson() {
    Json.Builder out =
        Json.object()
            .put("apiVersion", "assay.dev/verdict/v1")
            .put("subject", subject)
            .put("verified", verified())
            .put("time", time);
    digest.ifPresent(d -> out.put("digest", d.toString()));
    decisive().flatMap(Check::code).ifPresent(c -> out.put("code", c.id()));
    out.put("exit", exit().status());
    out.put("checks", checks.stream().map(Check::toJson).toList());
    if (!notes.isEmpty()) {
      List<Json> texts = new ArrayList<>();
      notes.forEach(n -> texts.add(Json.of(n)));
      out.put("notes", texts);
    }
    return out.build();
  }
}
