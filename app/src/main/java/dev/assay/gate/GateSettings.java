package dev.assay.gate;

import java.time.Duration;

/**
 * How a gate decides.
 *
 * @param cluster which cluster it stands before, as records name it
 * @param mode what follows from a refusal
 * @param budget how long one request may take; less than the webhook's {@code timeoutSeconds}
 * @param parallel how many images are judged at once, over all requests
 */
public record GateSettings(String cluster, Mode mode, Duration budget, int parallel) {

  public static final Duration DEFAULT_BUDGET = Duration.ofSeconds(8);
  public static final int DEFAULT_PARALLEL = 64;

  public GateSettings {
    if (budget.isNegative() || budget.isZero() || parallel < 1) {
      throw new IllegalArgumentException("a gate needs time and a thread");
    }
  }

  public GateSettings(String cluster, Mode mode) {
    this(cluster, mode, DEFAULT_BUDGET, DEFAULT_PARALLEL);
  }
}
