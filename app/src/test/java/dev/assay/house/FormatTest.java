package dev.assay.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every source of every module is in Google Java style. {@code -Dassay.format=write} puts it there:
 *
 * <pre>
 *   mvn -pl app -am test -Dtest=FormatTest -Dsurefire.failIfNoSpecifiedTests=false -Dassay.format=write
 * </pre>
 */
class FormatTest {

  private static final boolean WRITE = System.getProperty("assay.format", "").equals("write");

  @Test
  void everySourceIsFormatted() throws IOException {
    Formatter formatter = new Formatter();
    List<String> wrong = new ArrayList<>();
    for (Path file : Project.files()) {
      if (!file.toString().endsWith(".java")) {
        continue;
      }
      String source = Files.readString(file);
      String formatted;
      try {
        formatted = formatter.formatSourceAndFixImports(source);
      } catch (FormatterException e) {
        throw new AssertionError(file + " cannot be parsed", e);
      }
      if (!formatted.equals(source)) {
        if (WRITE) {
          Files.writeString(file, formatted);
        } else {
          wrong.add(Project.root().relativize(file).toString());
        }
      }
    }
    assertEquals(List.of(), wrong, "run this test with -Dassay.format=write");
  }
}
