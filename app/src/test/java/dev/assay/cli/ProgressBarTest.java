package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

  @Test
  void sizesAndTimes() {
    assertEquals(
        "copying  250 of 1000 MB  25%  125 MB/s  6 s left",
        ProgressBar.line("copying", true, 250_000_000, 1_000_000_000, 2_000_000_000L));
    assertEquals(
        "verifying  12 of 40  30%  5 s left",
        ProgressBar.line("verifying", false, 12, 40, 2_000_000_000L));
    assertEquals(
        "verifying  40 of 40  100%", ProgressBar.line("verifying", false, 40, 40, 2_000_000_000L));
    // More than was expected is not more than all.
    assertEquals("x  9 of 9  100%", ProgressBar.line("x", false, 9, 4, 1_000_000_000L));
    assertEquals("x  0", ProgressBar.line("x", false, 0, 0, 1_000_000_000L));
  }

  @Test
  void whatIsQuickSaysNothingAndWhatIsSlowLeavesNothingBehind() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    ProgressBar quick = ProgressBar.onTerminal("copying", true, out);
    quick.close();
    assertEquals(0, bytes.size());
    ProgressBar slow = ProgressBar.onTerminal("copying", false, out);
    slow.expect(10);
    slow.advance(5);
    while (bytes.size() == 0) {
      Thread.sleep(10);
    }
    slow.close();
    slow.close();
    String said = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains("copying  5 of 10  50%"), said);
    assertTrue(said.endsWith("\r\033[K"), said);
  }
}
