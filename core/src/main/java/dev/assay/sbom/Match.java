package dev.assay.sbom;

/**
 * Whether an advisory speaks of a component.
 *
 * @param reason one line for a person
 */
public record Match(Outcome outcome, String reason) {

  /** The three answers. */
  public enum Outcome {
    AFFECTED,
    NOT_AFFECTED,
    /** It could not be told; never to be read as "not affected". */
    UNDETERMINED
  }

  static Match affected(String reason) {
    return new Match(Outcome.AFFECTED, reason);
  }

  static Match notAffected(String reason) {
    return new Match(Outcome.NOT_AFFECTED, reason);
  }

  static Match undetermined(String reason) {
    return new Match(Outcome.UNDETERMINED, reason);
  }
}
