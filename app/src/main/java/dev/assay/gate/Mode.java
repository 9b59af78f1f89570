package dev.assay.gate;

import java.util.Locale;

/** What follows from a refusal. */
public enum Mode {
  /** It is denied; so is what could not be decided or recorded. */
  ENFORCE,
  /** It is allowed with a warning, and recorded as what it is. */
  AUDIT;

  /** As policies and records write it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
