package dev.assay.verify;

import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One question that was asked of the evidence, with its answer and what it rests on.
 *
 * @param name what was asked: {@code signature}, {@code provenance}, {@code builder}
 * @param outcome the answer
 * @param code why, for every outcome but PASS
 * @param detail one line for a person
 * @param expected what policy or the caller asked for
 * @param found what was there (the nearest candidate)
 * @param evidence the digest of the bytes the answer rests on
 * @param children the parts, and for a refusal every candidate that was tried
 */
public record Check(
    String name,
    Outcome outcome,
    Optional<Code> code,
    String detail,
    Optional<String> expected,
    Optional<String> found,
    Optional<Digest> evidence,
    List<Check> children) {

  /** The answer to a check. Only PASS is a pass. */
  public enum Outcome {
    PASS,
    FAIL,
    /** A person has to look: something is unusual, not wrong. */
    REVIEW,
    NOT_EVALUATED
  }

  /**
   * @throws IllegalArgumentException if an outcome other than PASS has no code
   */
  public Check {
    if (outcome != Outcome.PASS && code.isEmpty()) {
      throw new IllegalArgumentException(name + " is " + outcome + " without a code");
    }
    children = List.copyOf(children);
  }

  public static Check pass(String name, String detail) {
    return new Check(
        name,
        Outcome.PASS,
        Optional.empty(),
        detail,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  public static Check fail(String name, Code code, String detail) {
    return other(name, Outcome.FAIL, code, detail);
  }

  public static Check notEvaluated(String name, Code code, String detail) {
    return other(name, Outcome.NOT_EVALUATED, code, detail);
  }

  public static Check review(String name, Code code, String detail) {
    return other(name, Outcome.REVIEW, code, detail);
  }

  private static Check other(String name, Outcome outcome, Code code, String detail) {
    return new Check(
        name,
        outcome,
        Optional.of(code),
        detail,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  public Check expected(String expectedText, String foundText) {
    return new Check(
        name,
        outcome,
        code,
        detail,
        Optional.of(expectedText),
        Optional.of(foundText),
        evidence,
        children);
  }

  /** The same under another name. */
  Check named(String other) {
    return new Check(other, outcome, code, detail, expected, found, evidence, children);
  }

  public Check evidence(Digest digest) {
    return new Check(name, outcome, code, detail, expected, found, Optional.of(digest), children);
  }

  public Check with(List<Check> parts) {
    return new Check(name, outcome, code, detail, expected, found, evidence, parts);
  }

  public boolean passed() {
    return outcome == Outcome.PASS;
  }

  /** For {@code -o json} and the ledger. */
  public Json toJson() {
    Json.Builder out =
        Json.object().put("name", name).put("outcome", outcome.name()).put("detail", detail);
    code.ifPresent(c -> out.put("code", c.id()));
    out.putIf("expected", expected).putIf("found", found);
    evidence.ifPresent(d -> out.put("evidence", d.toString()));
    if (!children.isEmpty()) {
      List<Json> parts = new ArrayList<>();
      children.forEach(c -> parts.add(c.toJson()));
      out.put("checks", parts);
    }
    return out.build();
  }
}
