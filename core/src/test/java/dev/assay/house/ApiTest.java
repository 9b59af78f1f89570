package dev.assay.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.EvidenceReader;
import dev.assay.bytes.AssayException;
import dev.assay.crypto.RevocationList;
import dev.assay.crypto.SignatureEngines;
import dev.assay.policy.PolicyReader;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.PublicGood;
import dev.assay.trust.TrustRootReader;
import dev.assay.trust.TrustedKey;
import dev.assay.verify.FileVerifier;
import dev.assay.verify.Verifier;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What the library promises: the types from which a program begins, and every type that these
 * mention. {@code -Dassay.api=write} writes the listing anew; the difference shows what changed for
 * those who use it, and is to be read.
 */
class ApiTest {

  private static final List<Class<?>> BEGINNINGS =
      List.of(
          FileVerifier.class,
          Verifier.class,
          TrustRootReader.class,
          PublicGood.class,
          CertificateSigner.class,
          TrustedKey.class,
          RevocationList.class,
          PolicyReader.class,
          SignatureEngines.class,
          EvidenceReader.class,
          AssayException.class);

  private static final Path LISTING =
      Path.of(System.getProperty("assay.root")).toAbsolutePath().resolve("core/api.txt");

  private final TreeMap<String, SortedSet<String>> members = new TreeMap<>();
  private final Deque<Class<?>> open = new ArrayDeque<>();

  @Test
  void whatTheLibraryPromisesIsWhatIsListed() throws IOException {
    String found = found();
    if (System.getProperty("assay.api", "").equals("write")) {
      Files.writeString(LISTING, found);
    }
    assertEquals(
        Files.readString(LISTING),
        found,
        "if the change is meant: mvn -pl core test -Dtest=ApiTest -Dassay.api=write");
  }

  @Test
  void nothingOfALibraryWithinIsPartOfIt() {
    for (String line : found().lines().toList()) {
      assertTrue(
          !line.contains("org.bouncycastle.")
              && !line.contains("org.snakeyaml.")
              && !line.contains("com.google."),
          line);
    }
  }

  private String found() {
    members.clear();
    open.addAll(BEGINNINGS);
    while (!open.isEmpty()) {
      Class<?> type = open.remove();
      if (!members.containsKey(type.getName())) {
        members.put(type.getName(), describe(type));
      }
    }
    StringBuilder out = new StringBuilder();
    members.forEach((name, of) -> {
      out.append(name).append('\n');
      of.forEach(m -> out.append("  ").append(m).append('\n'));
    });
    return out.toString();
  }

  private SortedSet<String> describe(Class<?> type) {
    SortedSet<String> out = new TreeSet<>();
    for (Field field : type.getDeclaredFields()) {
      if (visible(field.getModifiers())) {
        out.add(text(field.getGenericType()) + " " + field.getName());
      }
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (visible(constructor.getModifiers())) {
        out.add("new" + parameters(constructor));
      }
    }
    for (Method method : type.getDeclaredMethods()) {
      if (visible(method.getModifiers()) && !method.isSynthetic() && !ofObject(method)) {
        String kind = Modifier.isStatic(method.getModifiers()) ? "static " : "";
        out.add(
            kind
                + text(method.getGenericReturnType())
                + " "
                + method.getName()
                + parameters(method));
      }
    }
    for (Class<?> nested : type.getDeclaredClasses()) {
      if (visible(nested.getModifiers())) {
        reach(nested);
      }
    }
    if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        reach(permitted);
      }
    }
    for (Type parent : type.getGenericInterfaces()) {
      text(parent);
    }
    return out;
  }

  private static boolean visible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static boolean ofObject(Method method) {
    return List.of("equals", "hashCode", "toString").contains(method.getName());
  }

  private String parameters(Executable executable) {
    StringBuilder out = new StringBuilder("(");
    for (Type type : executable.getGenericParameterTypes()) {
      out.append(out.length() > 1 ? ", " : "").append(text(type));
    }
    return out.append(')').toString();
  }

  // Short names: two types of one name would be a fault of their own.
  private String text(Type type) {
    return switch (type) {
      case Class<?> c when c.isArray() -> text(c.getComponentType()) + "[]";
      case Class<?> c -> {
        reach(c);
        yield c.getName().startsWith("dev.assay.") || c.getName().startsWith("java.")
            ? c.getName().substring(c.getName().lastIndexOf('.') + 1).replace('$', '.')
            : c.getName();
      }
      case ParameterizedType p -> {
        StringBuilder out = new StringBuilder(text(p.getRawType())).append('<');
        for (int i = 0; i < p.getActualTypeArguments().length; i++) {
          out.append(i > 0 ? ", " : "").append(text(p.getActualTypeArguments()[i]));
        }
        yield out.append('>').toString();
      }
      case GenericArrayType a -> text(a.getGenericComponentType()) + "[]";
      default -> type.getTypeName();
    };
  }

  private void reach(Class<?> type) {
    if (type.getName().startsWith("dev.assay.") && visible(type.getModifiers())) {
      open.add(type);
    }
  }
}
