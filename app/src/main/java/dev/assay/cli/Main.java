package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * The command {@code assay}. Finds the command, checks the arguments against its declaration, runs
 * it, and turns what went wrong into {@code error:} and {@code hint:} lines and an exit status.
 */
public final class Main {

  private Main() {}

  /** Runs one command and exits with its status. */
  public static void main(String[] args) {
    // Unbuffered writes of whole lines; System.out would encode by the platform's charset.
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    Context context =
        new Context(
            System.in, out, err, System.getenv(), Path.of("").toAbsolutePath(), Clock.systemUTC());
    int status = run(List.of(args), context);
    out.flush();
    if (out.checkError() && status == 0) {
      status = Code.Exit.UNDECIDED.status();
    }
    end(status);
  }

  // System.exit loads the logging system to say that it was called (13 ms). What the short commands
  // do leaves nothing for
  // shutdown hooks to close; the launcher says when it is one of them.
  private static void end(int status) {
    if ("short".equals(System.getProperty("assay.profile"))) {
      Runtime.getRuntime().halt(status);
    }
    System.exit(status);
  }

  /** Runs one command in this process. */
  static int run(List<String> args, Context context) {
    try {
      return dispatch(args, context);
    } catch (AssayException e) {
      return failed(e.code(), String.valueOf(e.getMessage()), e.hint(), e, context);
    } catch (UncheckedIOException e) {
      return ioFailed(e.getCause() == null ? new IOException(e) : e.getCause(), context);
    } catch (IOException e) {
      return ioFailed(e, context);
    } catch (RuntimeException | StackOverflowError e) {
      return failed(
          Code.BUG,
          e.getClass().getSimpleName() + ": " + e.getMessage(),
          Optional.of("this is a defect; ASSAY_DEBUG=1 shows where"),
          e,
          context);
    } catch (OutOfMemoryError e) {
      return failed(Code.TOO_LARGE, "out of memory", Optional.empty(), e, context);
    }
  }

  private static int ioFailed(IOException e, Context context) {
    String what =
        e instanceof FileSystemException f
            ? f.getFile() + ": " + Optional.ofNullable(f.getReason()).orElse(reason(f))
            : String.valueOf(e.getMessage());
    return failed(Code.FILE_UNREADABLE, what, Optional.empty(), e, context);
  }

  private static String reason(FileSystemException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException n -> "there is no such file";
      case java.nio.file.AccessDeniedException a -> "access denied";
      case java.nio.file.FileAlreadyExistsException x -> "it exists already";
      default -> e.getClass().getSimpleName();
    };
  }

  private static int failed(
      Code code, String what, Optional<String> hint, Throwable cause, Context context) {
    context.err().println("error: " + Text.printable(what) + " (" + code.id() + ")");
    hint.ifPresent(h -> context.err().println("hint: " + Text.printable(h)));
    if (context.variable("ASSAY_DEBUG").isPresent()) {
      cause.printStackTrace(context.err());
    }
    return code.exit().status();
  }

  private static int dispatch(List<String> args, Context context) throws IOException {
    if (args.isEmpty()) {
      context.err().print(Help.overview());
      return Code.Exit.USAGE.status();
    }
    String first = args.getFirst();
    if (first.equals("--help") || first.equals("-h")) {
      context.out().print(Help.overview());
      return 0;
    }
    if (first.equals("help")) {
      return help(args.subList(1, args.size()), context);
    }
    if (first.equals("--version")) {
      return dispatch(List.of("version"), context);
    }
    Optional<Commands.Match> match = Commands.find(args);
    if (match.isEmpty()) {
      return unknown(args, context);
    }
    Commands.Entry entry = match.get().entry();
    List<String> rest = match.get().rest();
    int end = rest.indexOf("--");
    List<String> beforeEnd = end < 0 ? rest : rest.subList(0, end);
    if (beforeEnd.contains("--help") || beforeEnd.contains("-h")) {
      context.out().print(Help.page(entry.spec().name()));
      return 0;
    }
    return entry.command().run(CommandLine.parse(entry.spec(), rest), context);
  }

  private static int help(List<String> words, Context context) {
    if (words.isEmpty()) {
      context.out().print(Help.overview());
      return 0;
    }
    Optional<Commands.Match> match = Commands.find(words);
    if (match.isPresent() && match.get().rest().isEmpty()) {
      context.out().print(Help.page(match.get().entry().spec().name()));
      return 0;
    }
    if (words.size() == 1 && !Commands.inGroup(words.getFirst()).isEmpty()) {
      context.out().print(Help.group(words.getFirst()));
      return 0;
    }
    return unknown(words, context);
  }

  private static int unknown(List<String> args, Context context) {
    List<String> inGroup = Commands.inGroup(args.getFirst());
    if (!inGroup.isEmpty()
        && args.stream().skip(1).allMatch(a -> a.equals("--help") || a.equals("-h"))) {
      PrintStream to = args.size() > 1 ? context.out() : context.err();
      to.print(Help.group(args.getFirst()));
      return args.size() > 1 ? 0 : Code.Exit.USAGE.status();
    }
    String tried =
        inGroup.isEmpty()
            ? args.getFirst()
            : String.join(" ", args.subList(0, Math.min(2, args.size())));
    String hint =
        Commands.nearest(tried)
            .map(n -> "did you mean: assay " + n)
            .orElse("assay --help lists the commands");
    throw new AssayException(Code.USAGE, "there is no command " + Text.quote(tried), hint);
  }
}
