package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * One run of {@code sign} or {@code attest}: several subjects, a few at a time. One that fails does
 * not keep the others from being signed; all are named, and the worst decides the exit status.
 */
final class SigningRun {

  static final CommandSpec.Option OUTPUT =
      CommandSpec.value(
          "output", "FORMAT", "text (default: what was written), or json: for which subject too");

  private static final int AT_ONCE = 8;

  /** Signs one operand. */
  interface Work {
    /**
     * @param more told how many images an index lists
     * @param done told of each that is signed
     */
    List<ImageSigning.Signed> sign(LongConsumer more, Runnable done);
  }

  record Job(String name, Work work) {}

  private record Outcome(
      String name, List<ImageSigning.Signed> signed, Optional<AssayException> failure) {}

  private final Arguments arguments;
  private final Context context;
  private final boolean json;

  SigningRun(Arguments arguments, Context context) {
    this.arguments = arguments;
    this.context = context;
    this.json = Outputs.json(arguments);
    if (json && arguments.value("bundle").filter(b -> b.equals("-")).isPresent()) {
      throw new AssayException(Code.USAGE, "--bundle - and -o json both want standard output");
    }
  }

  /** The exit status. */
  int run(List<Job> jobs) {
    boolean many = jobs.size() > 1 || arguments.flag("recursive");
    if (!many) {
      List<ImageSigning.Signed> signed = jobs.getFirst().work().sign(n -> {}, () -> {});
      print(List.of(new Outcome(jobs.getFirst().name(), signed, Optional.empty())));
      return 0;
    }
    List<Outcome> outcomes = new ArrayList<>();
    try (Workers<Outcome> workers = new Workers<>(AT_ONCE, true);
        ProgressBar bar = ProgressBar.things("signing", context)) {
      bar.expect(jobs.size());
      for (Outcome outcome : workers.run(jobs, job -> attempt(job, bar))) {
        outcome.failure().ifPresent(e -> bar.aside(() -> complain(outcome.name(), e)));
        outcomes.add(outcome);
      }
    }
    print(outcomes);
    Code.Exit exit = Code.Exit.OK;
    for (Outcome outcome : outcomes) {
      if (outcome.failure().isPresent()) {
        exit = exit.worse(outcome.failure().get().code().exit());
      }
    }
    return exit.status();
  }

  private static Outcome attempt(Job job, ProgressBar bar) {
    try {
      return new Outcome(
          job.name(), job.work().sign(bar::expect, () -> bar.advance(1)), Optional.empty());
    } catch (AssayException e) {
      return new Outcome(job.name(), List.of(), Optional.of(e));
    } catch (UncheckedIOException e) {
      return new Outcome(
          job.name(),
          List.of(),
          Optional.of(new AssayException(Code.FILE_UNREADABLE, String.valueOf(e.getMessage()), e)));
    }
  }

  private void complain(String name, AssayException e) {
    context
        .err()
        .println(
            "error: " + Text.printable(name + ": " + e.getMessage()) + " (" + e.code().id() + ")");
    e.hint().ifPresent(h -> context.err().println("hint: " + Text.printable(h)));
  }

  private void print(List<Outcome> outcomes) {
    if (json) {
      List<Json> subjects = new ArrayList<>();
      outcomes.forEach(o -> subjects.addAll(json(o)));
      context.out().print(Json.object().put("subjects", subjects).build().pretty());
      return;
    }
    boolean titled = outcomes.size() > 1 || outcomes.getFirst().signed().size() > 1;
    for (Outcome outcome : outcomes) {
      for (ImageSigning.Signed signed : outcome.signed()) {
        if (titled) {
          context.out().println(title(outcome.name(), signed));
        }
        for (ImageSigning.Pushed pushed : signed.pushed()) {
          context.out().println((titled ? "  " : "") + pushed.reference());
        }
      }
    }
  }

  private static String title(String name, ImageSigning.Signed signed) {
    int at = name.indexOf('@');
    String subject =
        at < 0 || name.endsWith(signed.subject().toString())
            ? name
            : name.substring(0, at) + "@" + signed.subject();
    return Text.printable(subject)
        + signed.platform().map(p -> "  " + Text.printable(p.toString())).orElse("");
  }

  private static List<Json> json(Outcome outcome) {
    if (outcome.failure().isPresent()) {
      AssayException e = outcome.failure().get();
      return List.of(
          Json.object()
              .put("name", outcome.name())
              .put(
                  "error",
                  Json.object()
                      .put("code", e.code().id())
                      .put("message", String.valueOf(e.getMessage()))
                      .putIf("hint", e.hint()))
              .build());
    }
    List<Json> out = new ArrayList<>();
    for (ImageSigning.Signed signed : outcome.signed()) {
      List<Json> written = new ArrayList<>();
      for (ImageSigning.Pushed pushed : signed.pushed()) {
        written.add(
            Json.object()
                .put("kind", pushed.kind())
                .put("reference", pushed.reference())
                .put("digest", pushed.digest().toString())
                .build());
      }
      out.add(
          Json.object()
              .put("name", outcome.name())
              .put("digest", signed.subject().toString())
              .putIf("platform", signed.platform().map(Object::toString))
              .put("written", written)
              .build());
    }
    return out;
  }

  /** What was written for a file or a digest. */
  List<ImageSigning.Signed> written(Digest subject, Optional<String> file, byte[] bundle) {
    if (file.isEmpty()) {
      context.out().write(bundle, 0, bundle.length);
      context.out().println();
      return List.of();
    }
    Inputs.write(context, file.get(), bundle, arguments.flag("replace"));
    return List.of(
        new ImageSigning.Signed(
            subject,
            Optional.empty(),
            List.of(
                new ImageSigning.Pushed(
                    "file", file.get(), dev.assay.crypto.Hashes.sha256Digest(bundle)))));
  }

  /** What an operand is. */
  enum Kind {
    IMAGE,
    FILE,
    DIGEST
  }

  static Kind kind(String operand, Context context) {
    if (Digest.isDigest(operand)) {
      return Kind.DIGEST;
    }
    return Target.isFile(operand, context) ? Kind.FILE : Kind.IMAGE;
  }

  /** Refuses options that the operands have no use for: what is ignored would be missed. */
  static void check(Arguments arguments, Context context, List<String> forImages) {
    List<String> operands = arguments.operands();
    boolean images = operands.stream().anyMatch(o -> kind(o, context) == Kind.IMAGE);
    boolean others = operands.stream().anyMatch(o -> kind(o, context) != Kind.IMAGE);
    Optional<String> bundle = arguments.value("bundle");
    if (bundle.isPresent() && (images || operands.size() > 1)) {
      throw new AssayException(Code.USAGE, "--bundle goes with one file or digest");
    }
    if (bundle.isEmpty() && operands.stream().anyMatch(Digest::isDigest)) {
      throw new AssayException(
          Code.USAGE,
          "--bundle is needed with a digest: it names no file to write beside",
          "--bundle FILE, or - for standard output");
    }
    for (String option : forImages) {
      if (others && arguments.options().containsKey(option)) {
        throw new AssayException(Code.USAGE, "--" + option + " goes with images");
      }
    }
  }

  /** Where a file's bundle is written; empty for standard output. */
  static Optional<String> target(Arguments arguments, String name) {
    String target = arguments.value("bundle").orElse(name + ".sigstore.json");
    return target.equals("-") ? Optional.empty() : Optional.of(target);
  }
}
