package dev.assay.signing.pkcs11;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.assay.signing.pkcs11.Cryptoki.Attribute;
import dev.assay.signing.pkcs11.Cryptoki.TokenInfo;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The process in which a module runs. Answers the questions that come on standard input, one after
 * the other, and ends when there are no more. Started by {@link HostProcess} and nobody else.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
public final class Host {

  /** What is told about an object, in this order. */
  static final long[] TOLD = {
    Cryptoki.CKA_KEY_TYPE,
    Cryptoki.CKA_ID,
    Cryptoki.CKA_LABEL,
    Cryptoki.CKA_ALWAYS_AUTHENTICATE,
    Cryptoki.CKA_EC_PARAMS,
    Cryptoki.CKA_EC_POINT,
    Cryptoki.CKA_MODULUS,
    Cryptoki.CKA_PUBLIC_EXPONENT,
    Cryptoki.CKA_VALUE,
  };

  private @Nullable Cryptoki module;
  private long session;

  private Host() {}

  /** Runs until standard input ends. */
  public static void main(String[] args) throws IOException {
    InputStream in = System.in;
    try (OutputStream out = answers()) {
      Host host = new Host();
      while (true) {
        Optional<Wire.Reader> question = Wire.receive(in);
        if (question.isEmpty()) {
          host.close();
          return;
        }
        Wire.Message answer;
        try {
          answer = host.answer(question.get());
        } catch (Cryptoki.Refused e) {
          answer = new Wire.Message(Wire.CKR).text(e.function).number(e.value);
        } catch (IllegalArgumentException | IllegalStateException e) {
          answer = new Wire.Message(Wire.FAILED).text(String.valueOf(e.getMessage()));
        } finally {
          question.get().wipe();
        }
        Wire.send(out, answer);
      }
    }
  }

  // Modules print to standard output, some of them. What was standard output is kept for the
  // answers; what the module takes for it is standard error.
  private static OutputStream answers() throws IOException {
    Linker linker = Linker.nativeLinker();
    MethodHandle dup =
        linker.downcallHandle(symbol(linker, "dup"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    MethodHandle dup2 =
        linker.downcallHandle(
            symbol(linker, "dup2"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    try {
      int kept = (int) dup.invokeExact(1);
      if (kept < 0 || (int) dup2.invokeExact(2, 1) < 0) {
        throw new IOException("standard output cannot be set aside");
      }
      return new FileOutputStream("/dev/fd/" + kept);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static MemorySegment symbol(Linker linker, String name) {
    return linker.defaultLookup().find(name).orElseThrow();
  }

  private Cryptoki module() {
    if (module == null) {
      throw new IllegalStateException("no module is loaded");
    }
    return module;
  }

  private Wire.Message answer(Wire.Reader question) throws IOException, Cryptoki.Refused {
    return switch (question.head()) {
      case Wire.LOAD -> {
        module = Cryptoki.load(Path.of(question.text()));
        yield ok();
      }
      case Wire.TOKENS -> tokens();
      case Wire.OPEN -> {
        session = module().open(question.number(), question.number() != 0);
        yield ok();
      }
      case Wire.LOGIN -> {
        byte[] pin = pin(question);
        try {
          module().login(session, Cryptoki.CKU_USER, pin);
        } finally {
          wipe(pin);
        }
        yield ok();
      }
      case Wire.FIND -> find(question.number());
      case Wire.SIGN -> sign(question);
      case Wire.GENERATE -> generate(question);
      default -> throw new IllegalArgumentException("no such operation");
    };
  }

  private static Wire.Message ok() {
    return new Wire.Message(Wire.OK);
  }

  // 0: the token asks for it; 1: it follows.
  private static byte @Nullable [] pin(Wire.Reader question) throws IOException {
    return question.number() == 0 ? null : question.bytes();
  }

  private static void wipe(byte @Nullable [] pin) {
    if (pin != null) {
      Arrays.fill(pin, (byte) 0);
    }
  }

  private Wire.Message tokens() throws Cryptoki.Refused {
    List<TokenInfo> tokens = module().tokens();
    Wire.Message out = ok().number(tokens.size());
    for (TokenInfo token : tokens) {
      out.number(token.slot())
          .text(token.label())
          .text(token.manufacturer())
          .text(token.model())
          .text(token.serial())
          .number(token.flags());
    }
    return out;
  }

  private Wire.Message find(long type) throws Cryptoki.Refused {
    List<Long> handles = module().find(session, List.of(Attribute.of(Cryptoki.CKA_CLASS, type)));
    Wire.Message out = ok().number(handles.size());
    for (long handle : handles) {
      out.number(handle);
      for (long attribute : TOLD) {
        // A private key's value is nobody's to know, and a module that gives it is not asked.
        boolean asked =
            attribute == Cryptoki.CKA_VALUE
                ? type == Cryptoki.CKO_CERTIFICATE
                : attribute != Cryptoki.CKA_ALWAYS_AUTHENTICATE || type == Cryptoki.CKO_PRIVATE_KEY;
        out.bytes(asked ? module().attribute(session, handle, attribute) : new byte[0]);
      }
    }
    return out;
  }

  // The operation, the key, what is signed; 0: no login for this signature, 1: with this PIN,
  // 2: the token asks for it.
  private Wire.Message sign(Wire.Reader question) throws IOException, Cryptoki.Refused {
    long mechanism = question.number();
    long key = question.number();
    byte[] data = question.bytes();
    long each = question.number();
    module().signInit(session, mechanism, key);
    if (each != 0) {
      byte[] pin = each == 1 ? question.bytes() : null;
      try {
        module().login(session, Cryptoki.CKU_CONTEXT_SPECIFIC, pin);
      } finally {
        wipe(pin);
      }
    }
    return ok().bytes(module().sign(session, data));
  }

  private Wire.Message generate(Wire.Reader question) throws IOException, Cryptoki.Refused {
    long mechanism = question.number();
    byte[] parameters = question.bytes();
    byte[] label = question.bytes();
    byte[] id = question.bytes();
    List<Attribute> common =
        List.of(
            Attribute.of(Cryptoki.CKA_TOKEN, true),
            new Attribute(Cryptoki.CKA_LABEL, label),
            new Attribute(Cryptoki.CKA_ID, id));
    List<Attribute> publicKey = new ArrayList<>(common);
    publicKey.add(new Attribute(Cryptoki.CKA_EC_PARAMS, parameters));
    publicKey.add(Attribute.of(Cryptoki.CKA_VERIFY, true));
    publicKey.add(Attribute.of(Cryptoki.CKA_PRIVATE, false));
    List<Attribute> privateKey = new ArrayList<>(common);
    privateKey.add(Attribute.of(Cryptoki.CKA_SIGN, true));
    privateKey.add(Attribute.of(Cryptoki.CKA_PRIVATE, true));
    privateKey.add(Attribute.of(Cryptoki.CKA_SENSITIVE, true));
    privateKey.add(Attribute.of(Cryptoki.CKA_EXTRACTABLE, false));
    module().generate(session, mechanism, publicKey, privateKey);
    return ok();
  }

  private void close() {
    if (module != null) {
      module.close(session);
    }
  }
}
