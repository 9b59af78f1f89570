package dev.assay.cli;

import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.roots.TrustRoots;
import dev.assay.trust.Freshness;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.TrustRootReader;
import dev.assay.verify.Check;
import dev.assay.verify.Trust;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whom a command believes: the trust roots it was given, else the one in force. */
final class TrustOptions {

  private TrustOptions() {}

  /**
   * @param files of {@code --trust-root}; empty: the trust root in force, read when it is needed
   * @param at the time for which it is judged how fresh it is
   */
  static Trust trust(List<String> files, Context context, Optional<Instant> at) {
    if (files.isEmpty()) {
      return Trust.of(() -> inForce(context, at).roots(), () -> freshness(context, at));
    }
    List<TrustRoot> roots = new ArrayList<>();
    for (String file : files) {
      roots.addAll(TrustRootReader.readAll(Inputs.read(context, file, Limits.DOCUMENT_BYTES)));
    }
    return Trust.of(roots);
  }

  private static TrustRoots.InForce inForce(Context context, Optional<Instant> at) {
    return TrustCommands.inForce(context, at.orElseGet(() -> context.clock().instant()));
  }

  /** For a person: which trust root is in force, and how old it is. */
  static String age(Context context, Optional<Instant> at) {
    TrustRoots.InForce inForce = inForce(context, at);
    return inForce.source() + ", " + inForce.freshness().text();
  }

  private static Check freshness(Context context, Optional<Instant> at) {
    TrustRoots.InForce inForce = inForce(context, at);
    Freshness freshness = inForce.freshness();
    String detail = inForce.source() + "; " + freshness.text();
    return switch (freshness.verdict()) {
      case FRESH -> Check.pass("trust root", detail);
      case STALE_WITHIN_GRACE -> Check.pass("trust root", detail);
      case TOO_OLD -> Check.notEvaluated("trust root", Code.TRUST_ROOT_STALE, detail);
    };
  }
}
