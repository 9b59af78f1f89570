package dev.assay.house;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.assay.house.fixtures.cli.Lowest;
import dev.assay.house.fixtures.net.Highest;
import dev.assay.house.fixtures.oci.Unowned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The layers of both rooms, who owns which library, and no cycles. */
class ArchitectureTest {

  private static final List<String> LAYERS = layers();
  private static final Map<String, String> OWNERS = owners();

  // What of the Java platform may be used, and annotations for the compiler.
  private static final Set<String> PLATFORM = Set.of("java.", "javax.", "org.jspecify.");

  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(l -> !l.contains("-tests.jar"))
          .importPackages("dev.assay");

  private static List<String> layers() {
    List<String> layers = new ArrayList<>(CoreRules.LAYERS);
    layers.addAll(
        List.of(
            "net",
            "roots",
            "expr",
            "oci",
            "signing",
            "provenance",
            "inventory",
            "ledger",
            "evidence",
            "gate",
            "cluster",
            "carry",
            "gitops",
            "server",
            "cli"));
    return layers;
  }

  private static Map<String, String> owners() {
    Map<String, String> owners = new HashMap<>(CoreRules.OWNERS);
    owners.put("org.sqlite.", "evidence");
    owners.put("java.sql.", "evidence");
    owners.put("javax.sql.", "evidence");
    owners.put("io.helidon.", "server");
    owners.put("org.apache.commons.cli.", "cli");
    owners.put("com.amazon.corretto.crypto.", "signing");
    return owners;
  }

  @Test
  void bothRoomsAreLookedAt() {
    assertTrue(ALL.contain("dev.assay.bytes.Digest") && ALL.contain("dev.assay.cli.Main"));
  }

  @Test
  void packagesUseOnlyWhatIsBelowThem() {
    CoreRules.layers("dev.assay", LAYERS).check(ALL);
  }

  @Test
  void librariesHaveOneOwner() {
    CoreRules.owners("dev.assay", OWNERS, PLATFORM).check(ALL);
  }

  @Test
  void thereAreNoCycles() {
    slices().matching("dev.assay.(*)..").should().beFreeOfCycles().check(ALL);
  }

  @Test
  void everyPackageSaysWhatItIsAndThatNothingInItIsNull() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (String module : List.of("core", "app")) {
      Path sources = Project.root().resolve(module).resolve("src/main/java");
      Set<Path> folders = new TreeSet<>();
      for (Path file : Project.files()) {
        if (file.startsWith(sources)) {
          folders.add(file.getParent());
        }
      }
      for (Path folder : folders) {
        Path info = folder.resolve("package-info.java");
        String text = Files.exists(info) ? Files.readString(info) : "";
        if (!text.contains("@NullMarked") || !(text.startsWith("/**") || text.startsWith("///"))) {
          wrong.add(sources.relativize(folder).toString());
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void aClassThatClimbsIsCaught() {
    ArchRule rule = CoreRules.layers("dev.assay.house.fixtures", LAYERS);
    assertTrue(violated(rule, Highest.class));
    assertEquals(false, violated(rule, Lowest.class));
  }

  @Test
  void aLibraryInTheWrongHandsIsCaught() {
    ArchRule rule = CoreRules.owners("dev.assay.house.fixtures", OWNERS, PLATFORM);
    for (Class<?> fixture : Unowned.class.getDeclaredClasses()) {
      assertTrue(violated(rule, fixture), fixture.getSimpleName());
    }
    assertEquals(4, Unowned.class.getDeclaredClasses().length);
  }

  @Test
  void aCycleIsCaught() {
    ArchRule rule = slices().matching("dev.assay.house.fixtures.(*)..").should().beFreeOfCycles();
    assertTrue(violated(rule, Highest.class, Lowest.class));
  }

  private static boolean violated(ArchRule rule, Class<?>... fixtures) {
    return rule.evaluate(new ClassFileImporter().importClasses(fixtures)).hasViolation();
  }
}
