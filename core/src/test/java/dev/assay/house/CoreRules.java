package dev.assay.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules of the room that does no I/O. The root package is a parameter, so that fixtures can
 * break them.
 */
final class CoreRules {

  /** Low to high: a package may use those before it. */
  static final List<String> LAYERS =
      List.of("bytes", "crypto", "log", "attest", "trust", "sbom", "policy", "verify");

  /** The one package that may use a library, by the beginning of the library's package names. */
  static final Map<String, String> OWNERS =
      Map.of(
          "org.bouncycastle.", "crypto",
          "org.snakeyaml.", "policy",
          "com.google.re2j.", "trust");

  private static final Set<String> CLOCKS =
      Set.of(
          "java.time.Clock.systemUTC",
          "java.time.Clock.systemDefaultZone",
          "java.time.Clock.system",
          "java.time.Clock.tickMillis",
          "java.time.Clock.tickSeconds",
          "java.time.Clock.tickMinutes",
          "java.time.InstantSource.system",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.util.Date.<init>",
          "java.util.Calendar.getInstance");

  private static final Set<String> WORLD =
      Set.of(
          "java.lang.System.getenv",
          "java.lang.System.exit",
          "java.lang.System.load",
          "java.lang.System.loadLibrary",
          "java.lang.Runtime.exec",
          "java.lang.Runtime.exit",
          "java.lang.Runtime.halt",
          "java.lang.Runtime.load",
          "java.lang.Runtime.loadLibrary",
          "java.lang.Runtime.addShutdownHook");

  private CoreRules() {}

  /** A package uses only itself and what is below it. */
  static ArchRule layers(String root, List<String> layers) {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("use only packages below their own: " + layers) {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                int own = layer(type);
                if (own < 0) {
                  violated(events, type, type.getName() + " is in a package that is in no layer");
                  return;
                }
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                  JavaClass target = dependency.getTargetClass().getBaseComponentType();
                  if (target.getPackageName().startsWith(root + ".") && layer(target) > own) {
                    violated(events, type, dependency.getDescription());
                  }
                }
              }

              private int layer(JavaClass type) {
                String name = type.getPackageName();
                return name.startsWith(root + ".")
                    ? layers.indexOf(name.substring(root.length() + 1).split("\\.")[0])
                    : -1;
              }
            })
        .allowEmptyShould(true);
  }

  /** Each library has one owner, and there is no library without one. */
  static ArchRule owners(String root, Map<String, String> owners, Set<String> platform) {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<JavaClass>("leave each library to its owner: " + owners) {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                  JavaClass target = dependency.getTargetClass().getBaseComponentType();
                  if (!target.isPrimitive() && !allowed(type, target.getName())) {
                    violated(events, type, dependency.getDescription());
                  }
                }
              }

              private boolean allowed(JavaClass type, String target) {
                for (Map.Entry<String, String> owner : owners.entrySet()) {
                  if (target.startsWith(owner.getKey())) {
                    String name = root + "." + owner.getValue();
                    return type.getPackageName().equals(name)
                        || type.getPackageName().startsWith(name + ".");
                  }
                }
                return target.startsWith(root + ".")
                    || platform.stream().anyMatch(target::startsWith);
              }
            })
        .allowEmptyShould(true);
  }

  private static void violated(ConditionEvents events, JavaClass type, String what) {
    events.add(SimpleConditionEvent.violated(type, what));
  }

  /** No file, no socket, no clock, no thread, no process, nothing of the environment. */
  static List<ArchRule> noWorld() {
    return List.of(
        bansTypes(
            "use the network",
            t ->
                inPackage(t, "java.net")
                        && !Set.of("URI", "URISyntaxException").contains(t.getSimpleName())
                    || inPackage(t, "javax.net")
                    || inPackage(t, "java.nio.channels")
                    || inPackage(t, "java.rmi")
                    || inPackage(t, "javax.naming")
                    || inPackage(t, "com.sun.net")),
        bansTypes(
            "use files",
            t ->
                inPackage(t, "java.nio.file")
                    || t.getPackageName().equals("java.io")
                        && (t.getSimpleName().startsWith("File")
                            || t.getSimpleName().equals("RandomAccessFile")
                            || t.getSimpleName().equals("Console"))
                    || inPackage(t, "java.util.logging")
                    || Set.of("java.util.zip.ZipFile", "java.util.jar.JarFile", "java.util.Scanner")
                        .contains(t.getName())),
        bansTypes("use a database", t -> inPackage(t, "java.sql") || inPackage(t, "javax.sql")),
        bansTypes(
            "start threads or processes",
            t ->
                Set.of(
                        "java.lang.Thread",
                        "java.lang.ThreadGroup",
                        "java.lang.Process",
                        "java.lang.ProcessBuilder",
                        "java.lang.ProcessHandle",
                        "java.util.Timer",
                        "java.util.concurrent.Executors",
                        "java.util.concurrent.ExecutorService",
                        "java.util.concurrent.Executor",
                        "java.util.concurrent.ForkJoinPool",
                        "java.util.concurrent.CompletableFuture")
                    .contains(t.getName())),
        bansCalls(
            "look at a clock",
            a ->
                CLOCKS.contains(name(a))
                    || a.getName().equals("now")
                        && a.getOwner().getName().startsWith("java.time.")),
        bansCalls(
            "ask or change what is around them",
            a ->
                WORLD.contains(name(a))
                    || a.getName().equals("parallelStream")
                    || a.getName().equals("parallel")
                    || name(a).matches("java\\.lang\\.System\\.(in|out|err)")));
  }

  private static boolean inPackage(JavaClass type, String name) {
    return type.getPackageName().equals(name) || type.getPackageName().startsWith(name + ".");
  }

  private static String name(AccessTarget target) {
    return target.getOwner().getName() + "." + target.getName();
  }

  private static ArchRule bansTypes(String what, java.util.function.Predicate<JavaClass> banned) {
    DescribedPredicate<JavaClass> predicate =
        describe("types that " + what, t -> banned.test(t.getBaseComponentType()));
    return ArchRuleDefinition.noClasses()
        .should()
        .dependOnClassesThat(predicate)
        .as("core does not " + what)
        .allowEmptyShould(true);
  }

  private static ArchRule bansCalls(
      String what, java.util.function.Predicate<AccessTarget> banned) {
    DescribedPredicate<JavaAccess<?>> predicate =
        describe("accesses that " + what, a -> banned.test(a.getTarget()));
    return ArchRuleDefinition.noClasses()
        .should()
        .accessTargetWhere(predicate)
        .as("core does not " + what)
        .allowEmptyShould(true);
  }
}
