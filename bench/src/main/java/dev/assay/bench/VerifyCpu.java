package dev.assay.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;

/**
 * {@code VerifyCpu KIND BUNDLES VERIFIER...}: the thread's own CPU time for parsing and verifying
 * one bundle, every one distinct, on one thread. The verifiers take turns in blocks, so that a busy
 * moment falls on all of them; the first third is warm-up and not counted. CPU time of a thread is
 * what a busy machine disturbs least.
 */
public final class VerifyCpu {

  private static final int BLOCK = 50;

  private VerifyCpu() {}

  /** Runs it. */
  public static void main(String[] args) throws Exception {
    if (args.length < 3) {
      System.err.println("usage: VerifyCpu rekor1|rekor2|dsse1|dsse2|key BUNDLES VERIFIER...");
      System.exit(2);
    }
    Bundles bundles = new Bundles(args[0], 6_000, 31);
    List<String> names = List.of(args).subList(2, args.length);
    Contender[] contenders = new Contender[names.size()];
    Sample[] samples = new Sample[names.size()];
    for (int c = 0; c < contenders.length; c++) {
      contenders[c] = Contender.named(names.get(c), bundles);
      samples[c] = new Sample();
    }
    int wanted = Integer.parseInt(args[1]);
    for (int done = 0; done < wanted; done += BLOCK) {
      int at = done % bundles.documents.length;
      for (int c = 0; c < contenders.length; c++) {
        samples[c].run(contenders[c], bundles, at, done >= wanted / 3);
      }
    }
    System.out.println("| verifier | bundles | median CPU µs | 10% | 90% |\n|---|---|---|---|---|");
    for (int c = 0; c < contenders.length; c++) {
      System.out.println("| " + args[0] + ", " + names.get(c) + samples[c].row());
    }
  }

  private static final class Sample {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private long[] nanos = new long[1_000];
    private int count;

    void run(Contender contender, Bundles bundles, int from, boolean counts) throws Exception {
      contender.begin();
      for (int i = from; i < from + BLOCK; i++) {
        long before = threads.getCurrentThreadCpuTime();
        contender.verify(bundles.documents[i], bundles.digests[i]);
        long taken = threads.getCurrentThreadCpuTime() - before;
        if (counts) {
          nanos = count == nanos.length ? Arrays.copyOf(nanos, 2 * count) : nanos;
          nanos[count++] = taken;
        }
      }
    }

    String row() {
      long[] sorted = Arrays.copyOf(nanos, count);
      Arrays.sort(sorted);
      return " | "
          + count
          + " | "
          + sorted[count / 2] / 1_000
          + " | "
          + sorted[count / 10] / 1_000
          + " | "
          + sorted[count * 9 / 10] / 1_000
          + " |";
    }
  }
}
