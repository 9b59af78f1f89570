package dev.assay.bench;

import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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

/** Reading and writing a document shaped like an SBOM. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class JsonBench {

  private static final int DOCUMENTS = 8;

  @Param({"10", "10000"})
  public int components;

  private final byte[][] documents = new byte[DOCUMENTS][];
  private final List<Json> values = new ArrayList<>();
  private int next;

  /** Makes the documents. */
  @Setup
  public void prepare() {
    for (int d = 0; d < DOCUMENTS; d++) {
      List<Json> list = new ArrayList<>();
      for (int c = 0; c < components; c++) {
        list.add(
            Json.object()
                .put("type", "library")
                .put("name", "library-" + d + "-" + c)
                .put("version", d + "." + c)
                .put("purl", "pkg:maven/org.example/library-" + d + "-" + c + "@" + d + "." + c)
                .build());
      }
      Json document =
          Json.object().put("bomFormat", "CycloneDX").put("components", Json.array(list)).build();
      values.add(document);
      documents[d] = document.compact().getBytes(StandardCharsets.UTF_8);
    }
  }

  @Benchmark
  public Json parse() {
    return Json.parse(documents[step()], Limits.SBOM_BYTES);
  }

  @Benchmark
  public byte[] canonical() {
    return values.get(step()).canonical();
  }

  private int step() {
    next = (next + 1) % DOCUMENTS;
    return next;
  }
}
