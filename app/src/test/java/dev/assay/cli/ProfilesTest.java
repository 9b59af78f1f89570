package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The commands that start on the small class path find everything they use there. */
class ProfilesTest {

  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(l -> !l.contains("-tests.jar"))
          .importPackages("dev.assay");

  // Commands, Main and Help look up any command by its name; what one command needs does not lie
  // behind them. A ledger and its index are asked only with --ledger (or ASSAY_LEDGER), which gets
  // the full class path.
  private static final Set<String> NOT_FOLLOWED =
      Set.of(
          Commands.class.getName(),
          Main.class.getName(),
          Help.class.getName(),
          "dev.assay.gate.LedgerMemory",
          "dev.assay.cli.Indexes");

  private static final List<String> ABSENT = List.of("io.helidon.", "org.sqlite.", "java.sql.");

  @Test
  void everyNameIsACommandOrAGroup() throws IOException {
    for (String profile : List.of("short", "server", "copy")) {
      for (String name : named(profile)) {
        boolean known =
            name.equals("help")
                || Commands.names().contains(name)
                || !Commands.inGroup(name).isEmpty();
        assertTrue(known, name);
      }
    }
  }

  @Test
  void whatShortCommandsUseIsOnTheSmallClassPath() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<String> names = new ArrayList<>(named("short"));
    names.addAll(named("copy"));
    for (String name : names) {
      for (CommandSpec spec : Commands.all()) {
        if (spec.name().equals(name) || spec.name().startsWith(name + " ")) {
          String path = pathToAbsent(owner(spec));
          if (!path.isEmpty()) {
            wrong.add(spec.name() + ": " + path);
          }
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void aQuestionIsSeenToNeedMore() {
    CommandSpec ask = Commands.spec("ask").orElseThrow();
    assertFalse(pathToAbsent(owner(ask)).isEmpty());
  }

  /** The class that declares a command also runs it. */
  private static JavaClass owner(CommandSpec spec) {
    for (JavaClass type : ALL) {
      if (type.getPackageName().equals("dev.assay.cli")) {
        for (Field field : type.reflect().getDeclaredFields()) {
          if (field.getType() == CommandSpec.class && Modifier.isStatic(field.getModifiers())) {
            try {
              field.setAccessible(true);
              if (spec.equals(field.get(null))) {
                return type;
              }
            } catch (IllegalAccessException e) {
              throw new AssertionError(e);
            }
          }
        }
      }
    }
    throw new AssertionError("nobody declares " + spec.name());
  }

  /** A chain of classes from one to a library that is not there; empty if there is none. */
  private static String pathToAbsent(JavaClass from) {
    record Step(JavaClass type, String path) {}
    Set<String> seen = new HashSet<>(NOT_FOLLOWED);
    Deque<Step> open = new ArrayDeque<>(List.of(new Step(from, from.getSimpleName())));
    while (!open.isEmpty()) {
      Step step = open.remove();
      for (Dependency dependency : step.type().getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        String path = step.path() + " > " + target.getSimpleName();
        if (ABSENT.stream().anyMatch(target.getName()::startsWith)) {
          return path;
        }
        if (target.getName().startsWith("dev.assay.") && seen.add(target.getName())) {
          open.add(new Step(target, path));
        }
      }
    }
    return "";
  }

  private static List<String> named(String profile) throws IOException {
    Path file = Path.of(System.getProperty("assay.root"), "app/src/packaging/profiles.txt");
    return Files.readAllLines(file).stream()
        .map(l -> l.replaceFirst("#.*", "").strip())
        .filter(l -> l.startsWith(profile + " "))
        .map(l -> l.substring(profile.length()).strip())
        .toList();
  }
}
