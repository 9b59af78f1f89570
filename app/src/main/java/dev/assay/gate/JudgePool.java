package dev.assay.gate;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.oci.Reference;
import dev.assay.verify.Check;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Judges images side by side within a time, each once. Whatever goes wrong becomes a judgement that
 * does not allow.
 */
final class JudgePool implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(JudgePool.class.getName());

  private final ImageJudge judge;
  private final Semaphore permits;
  private final InstantSource clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  JudgePool(ImageJudge judge, int parallel, InstantSource clock) {
    this.judge = judge;
    this.permits = new Semaphore(parallel);
    this.clock = clock;
  }

  /**
   * The judgement of each image as written; images that are one when normalised are judged once.
   */
  Map<String, Judgement> judge(Collection<String> images, Duration budget) {
    long deadline = System.nanoTime() + budget.toNanos();
    Map<String, Judgement> out = new LinkedHashMap<>();
    Map<String, Reference> names = new LinkedHashMap<>();
    Map<String, Future<Judgement>> running = new LinkedHashMap<>();
    for (String image : images) {
      try {
        Reference name = Reference.parse(image);
        names.put(image, name);
        running.computeIfAbsent(name.toString(), n -> threads.submit(() -> one(n)));
      } catch (AssayException e) {
        out.put(image, refused(image, Check.fail("image name", e.code(), message(e))));
      }
    }
    Map<String, Judgement> judged = new LinkedHashMap<>();
    running.forEach((name, future) -> judged.put(name, wait(name, future, deadline, budget)));
    names.forEach((image, name) -> out.put(image, aboutThis(name, judged.get(name.toString()))));
    return out;
  }

  private Judgement one(String name) throws InterruptedException {
    permits.acquire();
    try {
      return judge.judge(name);
    } finally {
      permits.release();
    }
  }

  private Judgement wait(String name, Future<Judgement> future, long deadline, Duration budget) {
    try {
      return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      future.cancel(true);
      return refused(
          name,
          Check.notEvaluated(
              "evidence", Code.UNREACHABLE, "not decided within " + budget.toMillis() + " ms"));
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      return refused(
          name, Check.notEvaluated("evidence", Code.NOT_EVALUATED, "the gate is being stopped"));
    } catch (ExecutionException e) {
      return failed(name, e.getCause());
    }
  }

  private Judgement failed(String name, @org.jspecify.annotations.Nullable Throwable cause) {
    if (cause instanceof AssayException e) {
      return refused(
          name,
          e.code().exit() == Code.Exit.UNDECIDED
              ? Check.notEvaluated("evidence", e.code(), message(e))
              : Check.fail("evidence", e.code(), message(e)));
    }
    LOG.log(System.Logger.Level.ERROR, "judging " + Text.quote(name) + " failed", cause);
    return refused(
        name, Check.notEvaluated("evidence", Code.BUG, "the judge failed: " + kind(cause)));
  }

  // A judgement allows only what it is about.
  private Judgement aboutThis(
      Reference name, @org.jspecify.annotations.Nullable Judgement judgement) {
    if (judgement == null || !judgement.image().equals(name.toString())) {
      return refused(
          name.toString(),
          Check.notEvaluated("evidence", Code.BUG, "the judge answered about another image"));
    }
    Optional<Digest> judged = judgement.digest();
    Optional<Digest> said = judgement.verdict().digest();
    if (judged.isPresent()
        && (name.digest().isPresent() && !name.digest().equals(judged)
            || said.isPresent() && !said.equals(judged))) {
      return refused(
          name.toString(),
          Check.fail("digest", Code.DIGEST_MISMATCH, "the judgement is about other bytes")
              .expected(
                  name.digest().orElse(judged.get()).toString(),
                  said.orElse(judged.get()).toString()));
    }
    return judgement;
  }

  private Judgement refused(String image, Check check) {
    return Judgement.refused(image, check, clock.instant().toString());
  }

  private static String message(AssayException e) {
    return String.valueOf(e.getMessage());
  }

  private static String kind(@org.jspecify.annotations.Nullable Throwable cause) {
    return cause == null ? "unknown" : cause.getClass().getSimpleName();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
