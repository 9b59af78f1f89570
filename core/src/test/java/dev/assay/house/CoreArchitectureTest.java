package dev.assay.house;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.assay.house.fixtures.bytes.Climbs;
import dev.assay.house.fixtures.bytes.Unowned;
import dev.assay.house.fixtures.crypto.Worldly;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The layers of core, who owns which library, and what core never touches. */
class CoreArchitectureTest {

  private static final Set<String> PLATFORM = Set.of("java.", "javax.crypto.", "org.jspecify.");

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(l -> !l.contains("/app/"))
          .importPackages("dev.assay");

  @Test
  void coreIsLookedAt() {
    assertTrue(CORE.size() > 30, CORE.size() + " classes");
  }

  @Test
  void packagesUseOnlyWhatIsBelowThem() {
    CoreRules.layers("dev.assay", CoreRules.LAYERS).check(CORE);
  }

  @Test
  void librariesHaveOneOwner() {
    CoreRules.owners("dev.assay", CoreRules.OWNERS, PLATFORM).check(CORE);
  }

  @Test
  void coreTouchesNothingOfTheWorld() {
    CoreRules.noWorld().forEach(r -> r.check(CORE));
  }

  @Test
  void aClassThatClimbsIsCaught() {
    ArchRule rule = CoreRules.layers("dev.assay.house.fixtures", CoreRules.LAYERS);
    assertTrue(violated(rule, Climbs.class));
    assertFalse(violated(rule, dev.assay.house.fixtures.verify.High.class));
  }

  @Test
  void aPackageThatIsInNoLayerIsCaught() {
    assertTrue(violated(CoreRules.layers("dev.assay", CoreRules.LAYERS), CoreRules.class));
  }

  @Test
  void aLibraryInTheWrongHandsIsCaught() {
    ArchRule rule = CoreRules.owners("dev.assay.house.fixtures", CoreRules.OWNERS, PLATFORM);
    assertTrue(violated(rule, Unowned.OfAnother.class));
    assertTrue(violated(rule, Unowned.OfNobody.class));
    assertFalse(violated(rule, dev.assay.house.fixtures.crypto.Owner.class));
  }

  static Stream<Class<?>> worldly() {
    return Stream.of(Worldly.class.getDeclaredClasses());
  }

  @ParameterizedTest
  @MethodSource("worldly")
  void everyWayIntoTheWorldIsCaught(Class<?> fixture) {
    List<ArchRule> rules = CoreRules.noWorld();
    assertTrue(rules.stream().anyMatch(r -> violated(r, fixture)), fixture.getSimpleName());
  }

  @Test
  void anAddressIsNotTheNetwork() {
    assertTrue(
        CoreRules.noWorld().stream()
            .noneMatch(r -> violated(r, dev.assay.house.fixtures.verify.High.class)));
  }

  private static boolean violated(ArchRule rule, Class<?> fixture) {
    return rule.evaluate(new ClassFileImporter().importClasses(fixture)).hasViolation();
  }
}
