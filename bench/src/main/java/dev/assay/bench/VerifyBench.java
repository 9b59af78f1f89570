package dev.assay.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Parsing and verifying a bundle that was never seen before; the authorities stay the same. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class VerifyBench {

  // More than a JDK's cache of parsed certificates holds.
  private static final int INPUTS = 4_000;

  @Param({"rekor1", "rekor2"})
  public String kind = "";

  @Param({"assay", "sigstore-java"})
  public String verifier = "";

  private byte[][] documents = {};
  private byte[][] digests = {};
  private Contender contender = (bundle, digest) -> {};
  private int next;

  /** Makes the inputs. */
  @Setup
  public void prepare() {
    Bundles bundles = new Bundles(kind, INPUTS, 21);
    documents = bundles.documents;
    digests = bundles.digests;
    contender = Contender.named(verifier, bundles);
    contender.begin();
  }

  @Benchmark
  public void parseAndVerify() throws Exception {
    next = (next + 1) % documents.length;
    contender.verify(documents[next], digests[next]);
  }
}
