package dev.assay.signing.pkcs11;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The functions of a module, called natively. Used in {@link Host} only: whatever happens in a
 * module happens to the process that calls it.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
final class Cryptoki {

  static final long CKO_CERTIFICATE = 1;
  static final long CKO_PUBLIC_KEY = 2;
  static final long CKO_PRIVATE_KEY = 3;

  static final long CKU_USER = 1;
  static final long CKU_CONTEXT_SPECIFIC = 2;

  static final long CKA_CLASS = 0x0;
  static final long CKA_TOKEN = 0x1;
  static final long CKA_PRIVATE = 0x2;
  static final long CKA_LABEL = 0x3;
  static final long CKA_VALUE = 0x11;
  static final long CKA_KEY_TYPE = 0x100;
  static final long CKA_ID = 0x102;
  static final long CKA_SENSITIVE = 0x103;
  static final long CKA_SIGN = 0x108;
  static final long CKA_VERIFY = 0x10a;
  static final long CKA_MODULUS = 0x120;
  static final long CKA_PUBLIC_EXPONENT = 0x122;
  static final long CKA_EXTRACTABLE = 0x162;
  static final long CKA_EC_PARAMS = 0x180;
  static final long CKA_EC_POINT = 0x181;
  static final long CKA_ALWAYS_AUTHENTICATE = 0x202;

  static final long CKM_RSA_PKCS = 0x1;
  static final long CKM_EC_KEY_PAIR_GEN = 0x1040;
  static final long CKM_ECDSA = 0x1041;
  static final long CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055;
  static final long CKM_EDDSA = 0x1057;

  static final long CKR_OK = 0;
  static final long CKR_ATTRIBUTE_SENSITIVE = 0x11;
  static final long CKR_ATTRIBUTE_TYPE_INVALID = 0x12;
  static final long CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191;
  static final long CKR_USER_ALREADY_LOGGED_IN = 0x100;

  private static final long CKF_RW_SESSION = 2;
  private static final long CKF_SERIAL_SESSION = 4;

  // The functions' places in CK_FUNCTION_LIST (pkcs11f.h), after the version.
  private static final int INITIALIZE = 0;
  private static final int FINALIZE = 1;
  private static final int GET_SLOT_LIST = 4;
  private static final int GET_TOKEN_INFO = 6;
  private static final int OPEN_SESSION = 12;
  private static final int LOGIN = 18;
  private static final int LOGOUT = 19;
  private static final int GET_ATTRIBUTE_VALUE = 24;
  private static final int FIND_OBJECTS_INIT = 26;
  private static final int FIND_OBJECTS = 27;
  private static final int FIND_OBJECTS_FINAL = 28;
  private static final int SIGN_INIT = 42;
  private static final int SIGN = 43;
  private static final int GENERATE_KEY_PAIR = 59;

  private static final int MAX_SLOTS = 1_024;
  private static final int MAX_OBJECTS = 4_096;
  private static final int MAX_ATTRIBUTE = 64 << 10;
  private static final int TOKEN_INFO_BYTES = 208;

  /** A function returned something else than CKR_OK. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    final String function;
    final long value;

    Refused(String function, long value) {
      super(function);
      this.function = function;
      this.value = value;
    }
  }

  /** A slot with a token in it (CK_TOKEN_INFO). */
  record TokenInfo(
      long slot, String label, String manufacturer, String model, String serial, long flags) {}

  /** An attribute of a template: true, a number, or bytes. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
  record Attribute(long type, byte[] value) {
    static Attribute of(long type, boolean value) {
      return new Attribute(type, new byte[] {(byte) (value ? 1 : 0)});
    }

    static Attribute of(long type, long value) {
      byte[] bytes = new byte[8];
      MemorySegment.ofArray(bytes).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
      return new Attribute(type, bytes);
    }
  }

  private final Linker linker = Linker.nativeLinker();
  private final MemorySegment functions;

  private Cryptoki(MemorySegment functions) {
    this.functions = functions;
  }

  /**
   * Loads and initializes a module.
   *
   * @throws IllegalArgumentException if the file is no PKCS#11 module
   */
  static Cryptoki load(Path module) throws Refused {
    SymbolLookup symbols = SymbolLookup.libraryLookup(module, Arena.global());
    Linker linker = Linker.nativeLinker();
    MemorySegment list;
    try (Arena arena = Arena.ofConfined()) {
      Optional<MemorySegment> getList = symbols.find("C_GetFunctionList");
      if (getList.isPresent()) {
        MemorySegment out = arena.allocate(ADDRESS);
        MethodHandle call =
            linker.downcallHandle(getList.get(), FunctionDescriptor.of(JAVA_LONG, ADDRESS));
        check("C_GetFunctionList", invoke(call, out));
        list = out.get(ADDRESS, 0);
      } else {
        list = fromInterface(symbols, linker, arena);
      }
    }
    if (list.equals(MemorySegment.NULL)) {
      throw new IllegalArgumentException("the module has no list of functions");
    }
    Cryptoki loaded = new Cryptoki(list.reinterpret(8 + 8 * 68));
    long value = loaded.call(INITIALIZE, MemorySegment.NULL);
    if (value != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
      check("C_Initialize", value);
    }
    return loaded;
  }

  // Version 3: CK_INTERFACE is a name, the list, flags. The default interface has the old functions
  // in their old places.
  private static MemorySegment fromInterface(SymbolLookup symbols, Linker linker, Arena arena)
      throws Refused {
    MemorySegment get =
        symbols
            .find("C_GetInterface")
            .orElseThrow(() -> new IllegalArgumentException("the file is not a PKCS#11 module"));
    MethodHandle call =
        linker.downcallHandle(
            get, FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
    MemorySegment out = arena.allocate(ADDRESS);
    check("C_GetInterface", invoke(call, MemorySegment.NULL, MemorySegment.NULL, out, 0L));
    AddressLayout target = ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(24, JAVA_BYTE));
    return out.get(target, 0).get(ADDRESS, 8);
  }

  List<TokenInfo> tokens() throws Refused {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      check("C_GetSlotList", call(GET_SLOT_LIST, (byte) 1, MemorySegment.NULL, count));
      long slots = Math.min(count.get(JAVA_LONG, 0), MAX_SLOTS);
      MemorySegment ids = arena.allocate(JAVA_LONG, Math.max(slots, 1));
      count.set(JAVA_LONG, 0, slots);
      check("C_GetSlotList", call(GET_SLOT_LIST, (byte) 1, ids, count));
      List<TokenInfo> out = new ArrayList<>();
      for (long i = 0; i < Math.min(slots, count.get(JAVA_LONG, 0)); i++) {
        long slot = ids.getAtIndex(JAVA_LONG, i);
        MemorySegment info = arena.allocate(TOKEN_INFO_BYTES, 8);
        // A token that was pulled out in between, or was never set up, is no token.
        if (call(GET_TOKEN_INFO, slot, info) == CKR_OK) {
          out.add(
              new TokenInfo(
                  slot,
                  padded(info, 0, 32),
                  padded(info, 32, 32),
                  padded(info, 64, 16),
                  padded(info, 80, 16),
                  info.get(JAVA_LONG, 96)));
        }
      }
      return out;
    }
  }

  private static String padded(MemorySegment info, long from, int length) {
    byte[] bytes = info.asSlice(from, length).toArray(JAVA_BYTE);
    return new String(bytes, java.nio.charset.StandardCharsets.UTF_8)
        .replace('\0', ' ')
        .stripTrailing();
  }

  long open(long slot, boolean write) throws Refused {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment session = arena.allocate(JAVA_LONG);
      long flags = CKF_SERIAL_SESSION | (write ? CKF_RW_SESSION : 0);
      check(
          "C_OpenSession",
          call(OPEN_SESSION, slot, flags, MemorySegment.NULL, MemorySegment.NULL, session));
      return session.get(JAVA_LONG, 0);
    }
  }

  /**
   * @param pin null where the token asks for it itself (a reader with keys)
   */
  void login(long session, long user, byte @Nullable [] pin) throws Refused {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = MemorySegment.NULL;
      if (pin != null) {
        text = arena.allocate(Math.max(pin.length, 1));
        MemorySegment.copy(pin, 0, text, JAVA_BYTE, 0, pin.length);
      }
      long value = call(LOGIN, session, user, text, (long) (pin == null ? 0 : pin.length));
      if (pin != null) {
        text.fill((byte) 0);
      }
      if (value != CKR_USER_ALREADY_LOGGED_IN) {
        check("C_Login", value);
      }
    }
  }

  List<Long> find(long session, List<Attribute> template) throws Refused {
    try (Arena arena = Arena.ofConfined()) {
      check(
          "C_FindObjectsInit",
          call(FIND_OBJECTS_INIT, session, template(arena, template), (long) template.size()));
      List<Long> out = new ArrayList<>();
      MemorySegment handles = arena.allocate(JAVA_LONG, 64);
      MemorySegment count = arena.allocate(JAVA_LONG);
      while (out.size() < MAX_OBJECTS) {
        check("C_FindObjects", call(FIND_OBJECTS, session, handles, 64L, count));
        long found = Math.min(count.get(JAVA_LONG, 0), 64);
        if (found <= 0) {
          break;
        }
        for (long i = 0; i < found; i++) {
          out.add(handles.getAtIndex(JAVA_LONG, i));
        }
      }
      check("C_FindObjectsFinal", call(FIND_OBJECTS_FINAL, session));
      return out;
    }
  }

  /** An attribute's value; empty where the object has none, or it may not be seen. */
  byte[] attribute(long session, long object, long type) throws Refused {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attribute = arena.allocate(24, 8);
      attribute.set(JAVA_LONG, 0, type);
      long value = call(GET_ATTRIBUTE_VALUE, session, object, attribute, 1L);
      long length = attribute.get(JAVA_LONG, 16);
      if (value == CKR_ATTRIBUTE_SENSITIVE
          || value == CKR_ATTRIBUTE_TYPE_INVALID
          || length <= 0
          || length > MAX_ATTRIBUTE) {
        return new byte[0];
      }
      check("C_GetAttributeValue", value);
      MemorySegment bytes = arena.allocate(length, 8);
      attribute.set(ADDRESS, 8, bytes);
      check("C_GetAttributeValue", call(GET_ATTRIBUTE_VALUE, session, object, attribute, 1L));
      long written = attribute.get(JAVA_LONG, 16);
      return written < 0 || written > length
          ? new byte[0]
          : bytes.asSlice(0, written).toArray(JAVA_BYTE);
    }
  }

  void signInit(long session, long mechanism, long key) throws Refused {
    try (Arena arena = Arena.ofConfined()) {
      check("C_SignInit", call(SIGN_INIT, session, mechanism(arena, mechanism), key));
    }
  }

  byte[] sign(long session, byte[] data) throws Refused {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment in = arena.allocate(Math.max(data.length, 1));
      MemorySegment.copy(data, 0, in, JAVA_BYTE, 0, data.length);
      int room = 2_048;
      MemorySegment out = arena.allocate(room);
      MemorySegment length = arena.allocate(JAVA_LONG);
      length.set(JAVA_LONG, 0, room);
      check("C_Sign", call(SIGN, session, in, (long) data.length, out, length));
      long written = length.get(JAVA_LONG, 0);
      if (written < 0 || written > room) {
        throw new IllegalArgumentException("the module says it wrote more than there was room for");
      }
      return out.asSlice(0, written).toArray(JAVA_BYTE);
    }
  }

  void generate(long session, long mechanism, List<Attribute> publicKey, List<Attribute> privateKey)
      throws Refused {
    try (Arena arena = Arena.ofConfined()) {
      check(
          "C_GenerateKeyPair",
          call(
              GENERATE_KEY_PAIR,
              session,
              mechanism(arena, mechanism),
              template(arena, publicKey),
              (long) publicKey.size(),
              template(arena, privateKey),
              (long) privateKey.size(),
              arena.allocate(JAVA_LONG),
              arena.allocate(JAVA_LONG)));
    }
  }

  /** Ends what was begun; what the module answers does not matter any more. */
  void close(long session) {
    call(LOGOUT, session);
    call(FINALIZE, MemorySegment.NULL);
  }

  // CK_ATTRIBUTE: type, pointer, length.
  private static MemorySegment template(Arena arena, List<Attribute> attributes) {
    MemorySegment out = arena.allocate(24L * Math.max(attributes.size(), 1), 8);
    for (int i = 0; i < attributes.size(); i++) {
      byte[] value = attributes.get(i).value();
      MemorySegment bytes = arena.allocate(Math.max(value.length, 1), 8);
      MemorySegment.copy(value, 0, bytes, JAVA_BYTE, 0, value.length);
      out.set(JAVA_LONG, 24L * i, attributes.get(i).type());
      out.set(ADDRESS, 24L * i + 8, bytes);
      out.set(JAVA_LONG, 24L * i + 16, value.length);
    }
    return out;
  }

  // CK_MECHANISM: mechanism, pointer, length; the ones used here have no parameter.
  private static MemorySegment mechanism(Arena arena, long mechanism) {
    MemorySegment out = arena.allocate(24, 8);
    out.set(JAVA_LONG, 0, mechanism);
    return out;
  }

  private long call(int function, Object... arguments) {
    MemorySegment address = functions.get(ADDRESS, 8L + 8L * function);
    if (address.equals(MemorySegment.NULL)) {
      throw new IllegalArgumentException("the module lacks function " + function);
    }
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      layouts[i] =
          arguments[i] instanceof MemorySegment
              ? ADDRESS
              : arguments[i] instanceof Byte ? JAVA_BYTE : JAVA_LONG;
    }
    MethodHandle handle = linker.downcallHandle(address, FunctionDescriptor.of(JAVA_LONG, layouts));
    return invoke(handle, arguments);
  }

  private static long invoke(MethodHandle handle, Object... arguments) {
    try {
      return (long) handle.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void check(String function, long value) throws Refused {
    if (value != CKR_OK) {
      throw new Refused(function, value);
    }
  }
}
