package dev.assay.cli;

import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Hashes;
import dev.assay.roots.TrustRoots;
import dev.assay.trust.Freshness;
import dev.assay.trust.PublicGood;
import dev.assay.trust.Rfc3339;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.TrustRootReader;
import dev.assay.trust.Window;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code trust inspect}, {@code trust age}. */
final class TrustCommands {

  static final CommandSpec INSPECT =
      new CommandSpec(
          "trust inspect",
          "print whom a trust root trusts, and for which time",
          "[FILE]",
          0,
          1,
          """
          FILE is a trusted_root.json, or several, one a line. Without FILE: the trust root in force, which is what assay trust update fetched, else the
          public-good one that assay ships.
          """,
          List.of(value("output", "FORMAT", "text (default) or json")),
          List.of("assay trust inspect", "assay trust inspect -o json"));

  static final CommandSpec AGE =
      new CommandSpec(
          "trust age",
          "say whether the trust root is fresh, stale or too old",
          "[FILE]",
          0,
          1,
          """
          Metadata of a trust root expires. The verdict is "fresh" before that, "stale within grace" for a while after, "too old" from then on (exit status 3).
          A trusted_root.json does not say itself how old it is: FILE gets an answer if it is the one in force or the one that assay ships.
          """,
          List.of(
              value(
                  "grace",
                  "DURATION",
                  "how long after its expiry metadata will do: 12h, 90d (default), 8w"),
              value("at", "TIME", "ask for this time instead of now: 2026-11-22T00:00:00Z"),
              value("output", "FORMAT", "text (default) or json")),
          List.of("assay trust age", "assay trust age --grace 30d    # exit 3"));

  private TrustCommands() {}

  /** Where Assay keeps its data. */
  static Path data(Context context) {
    return Path.of(new Home(context).data().value());
  }

  /** The root of one's own TUF repository, from {@code ASSAY_TUF_ROOT}. */
  static Optional<byte[]> pinned(Context context) {
    return context
        .variable("ASSAY_TUF_ROOT")
        .map(f -> Inputs.read(context, f, Limits.TUF_ROOT_BYTES));
  }

  static int inspect(Arguments arguments, Context context) {
    boolean json = Outputs.json(arguments);
    List<TrustRoot> roots;
    String source;
    Optional<Freshness> freshness = Optional.empty();
    if (arguments.operands().isEmpty()) {
      TrustRoots.InForce inForce = inForce(context, context.clock().instant());
      roots = inForce.roots();
      source = inForce.source();
      freshness = Optional.of(inForce.freshness());
    } else {
      source = arguments.operand(0);
      roots = TrustRootReader.readAll(Inputs.read(context, source, Limits.DOCUMENT_BYTES));
    }
    if (json) {
      Json.Builder out = Json.object().put("source", source);
      freshness.ifPresent(f -> out.put("freshness", freshness(f)));
      List<Json> all = new ArrayList<>();
      for (TrustRoot root : roots) {
        all.add(TrustRootText.json(root));
      }
      context.out().print(out.put("trustRoots", all).build().pretty());
      return 0;
    }
    context.out().println("source      " + Text.printable(source));
    freshness.ifPresent(f -> context.out().println("age         " + f.text()));
    for (TrustRoot root : roots) {
      TrustRootText.print(root, context.out());
    }
    return 0;
  }

  static TrustRoots.InForce inForce(Context context, Instant at) {
    return TrustRoots.inForce(data(context), pinned(context), at, Freshness.DEFAULT_GRACE);
  }

  static int age(Arguments arguments, Context context) {
    boolean json = Outputs.json(arguments);
    Instant at = at(arguments, context);
    Duration grace = grace(arguments);
    TrustRoots.InForce asked;
    if (arguments.operands().isEmpty()) {
      asked = TrustRoots.inForce(data(context), pinned(context), at, grace);
    } else {
      asked = known(arguments.operand(0), context, at, grace);
    }
    Freshness freshness = asked.freshness();
    if (json) {
      context
          .out()
          .print(
              freshness(freshness)
                  .put("source", asked.source())
                  .put("digest", asked.roots().getFirst().digest().toString())
                  .build()
                  .pretty());
    } else {
      context.out().println(freshness.text());
      context.out().println("source      " + Text.printable(asked.source()));
      for (Freshness.Expiry expiry : freshness.expiries()) {
        context
            .out()
            .println(
                "expires     "
                    + expiry.expires()
                    + "  "
                    + expiry.role()
                    + " version "
                    + expiry.version());
      }
      context.out().println("grace       " + grace.toHours() + " hours");
    }
    return status(freshness, context);
  }

  // What carries no date is known by its digest only.
  private static TrustRoots.InForce known(
      String file, Context context, Instant at, Duration grace) {
    byte[] bytes = Inputs.read(context, file, Limits.DOCUMENT_BYTES);
    List<TrustRoot> roots = TrustRootReader.readAll(bytes);
    if (Arrays.equals(bytes, PublicGood.trustedRoot())) {
      return TrustRoots.shipped(at, grace);
    }
    TrustRoots.InForce inForce = TrustRoots.inForce(data(context), pinned(context), at, grace);
    if (Hashes.sha256Digest(inForce.bytes()).equals(Hashes.sha256Digest(bytes))) {
      return inForce;
    }
    Optional<Instant> newest = newest(roots);
    throw new AssayException(
        Code.NOT_EVALUATED,
        "a trusted_root.json does not say how old it is, and this one is neither in force nor"
            + " shipped"
            + newest.map(t -> "; its newest entry is valid from " + t).orElse(""),
        "assay trust update keeps a trust root together with its dates");
  }

  private static Optional<Instant> newest(List<TrustRoot> roots) {
    List<Window> windows = new ArrayList<>();
    for (TrustRoot root : roots) {
      root.logs().forEach(l -> windows.add(l.validFor()));
      root.certificateLogs().forEach(l -> windows.add(l.validFor()));
      root.authorities().forEach(a -> windows.add(a.validFor()));
      root.timestampAuthorities().forEach(a -> windows.add(a.validFor()));
    }
    return windows.stream().flatMap(w -> w.start().stream()).max(Instant::compareTo);
  }

  /** Says what is not fresh, and how a command ends then. */
  static int status(Freshness freshness, Context context) {
    if (freshness.verdict() == Freshness.Verdict.FRESH) {
      return 0;
    }
    PrintStream err = context.err();
    if (freshness.verdict() == Freshness.Verdict.TOO_OLD) {
      err.println(
          "error: " + Code.TRUST_ROOT_STALE.title() + " (" + Code.TRUST_ROOT_STALE.id() + ")");
    }
    err.println(
        "hint: assay trust update fetches what is newer; --mirror FOLDER takes it from a medium");
    return freshness.verdict() == Freshness.Verdict.TOO_OLD
        ? Code.TRUST_ROOT_STALE.exit().status()
        : 0;
  }

  private static Json.Builder freshness(Freshness freshness) {
    List<Json> expiries = new ArrayList<>();
    for (Freshness.Expiry expiry : freshness.expiries()) {
      expiries.add(
          Json.object()
              .put("role", expiry.role())
              .put("version", expiry.version())
              .put("expires", expiry.expires().toString())
              .build());
    }
    return Json.object()
        .put("verdict", freshness.verdict().text())
        .put("at", freshness.at().toString())
        .put("graceSeconds", freshness.grace().toSeconds())
        .put("overdueSeconds", freshness.overdue().map(Duration::toSeconds).orElse(0L))
        .put("expiries", expiries);
  }

  /** The time of {@code --at}, else now. */
  static Instant at(Arguments arguments, Context context) {
    Optional<String> text = arguments.value("at");
    if (text.isEmpty()) {
      return context.clock().instant();
    }
    return Rfc3339.parse(text.get())
        .orElseThrow(() ->
            new AssayException(
                Code.BAD_TIME,
                "--at: not a time as 2026-11-22T00:00:00Z: " + Text.quote(text.get())));
  }

  /** The duration of {@code --grace}. */
  static Duration grace(Arguments arguments) {
    Optional<String> text = arguments.value("grace");
    if (text.isEmpty()) {
      return Freshness.DEFAULT_GRACE;
    }
    String digits = text.get().substring(0, Math.max(0, text.get().length() - 1));
    if (digits.matches("[0-9]{1,5}")) {
      long n = Long.parseLong(digits);
      switch (text.get().charAt(digits.length())) {
        case 'h' -> {
          return Duration.ofHours(n);
        }
        case 'd' -> {
          return Duration.ofDays(n);
        }
        case 'w' -> {
          return Duration.ofDays(7 * n);
        }
        default -> {
          // said below
        }
      }
    }
    throw new AssayException(
        Code.USAGE, "--grace: not a duration as 12h, 90d or 8w: " + Text.quote(text.get()));
  }

  /** A certificate on one line. */
  static String line(Certificate certificate) {
    return certificate.subjectName()
        + "  "
        + certificate.key().algorithm().id()
        + "  "
        + certificate.notBefore()
        + " to "
        + certificate.notAfter();
  }
}
