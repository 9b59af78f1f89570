package dev.assay.signing.pkcs11;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.signing.KeySettings;
import dev.assay.signing.Passwords;
import dev.assay.signing.Signer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules that crash, hang, lie and print where they should not; compiled here. */
class BadModuleTest {

  // A token with one P-256 key, whose public point is the curve's base point. What C_Sign does is
  // chosen when it is compiled.
  private static final String SOURCE =
      """
      #include <stdio.h>
      #include <string.h>
      #include <unistd.h>
      typedef unsigned long U;
      typedef struct { U type; void *value; U length; } A;
      static U session_class; static int told;
      static U ok() { return 0; }
      static U initialize(void *a) { printf("a module that prints\\n"); fflush(stdout); return 0; }
      static U slots(unsigned char present, U *list, U *count) {
        if (list) list[0] = 7; *count = 1; return 0; }
      static U token(U slot, unsigned char *info) {
        memset(info, ' ', 96); memset(info + 96, 0, 112); memcpy(info, "Bad", 3);
        *(U *)(info + 96) = 0x404; return 0; }
      static U open_(U slot, U flags, void *a, void *b, U *session) { *session = 1; return 0; }
      static U find_init(U s, A *t, U n) {
        memcpy(&session_class, t[0].value, sizeof(U)); told = 0; return 0; }
      static U find(U s, U *out, U max, U *count) {
        *count = 0;
        if (!told && session_class != 1) { out[0] = session_class; *count = 1; told = 1; }
        return 0; }
      static U put(A *a, const void *v, U n) {
        if (a->value) { if (a->length < n) return 0x150; memcpy(a->value, v, n); }
        a->length = n; return 0; }
      static const unsigned char params[] = {6,8,0x2a,0x86,0x48,0xce,0x3d,3,1,7};
      static const unsigned char point[] = {4,
        0x6b,0x17,0xd1,0xf2,0xe1,0x2c,0x42,0x47,0xf8,0xbc,0xe6,0xe5,0x63,0xa4,0x40,0xf2,
        0x77,0x03,0x7d,0x81,0x2d,0xeb,0x33,0xa0,0xf4,0xa1,0x39,0x45,0xd8,0x98,0xc2,0x96,
        0x4f,0xe3,0x42,0xe2,0xfe,0x1a,0x7f,0x9b,0x8e,0xe7,0xeb,0x4a,0x7c,0x0f,0x9e,0x16,
        0x2b,0xce,0x33,0x57,0x6b,0x31,0x5e,0xce,0xcb,0xb6,0x40,0x68,0x37,0xbf,0x51,0xf5};
      static U attribute(U s, U object, A *a, U n) {
        U type = 3;
        switch (a->type) {
          case 0x100: return put(a, &type, sizeof type);
          case 0x102: return put(a, "\\1", 1);
          case 3: return put(a, "key", 3);
          case 0x180: return put(a, params, sizeof params);
          case 0x181: return put(a, point, sizeof point);
        }
        a->length = (U)-1; return 0x12; }
      static U sign(U s, void *data, U n, unsigned char *out, U *length) {
        if (MODE == 1) *(volatile int *)8 = 1;
        if (MODE == 2) for (;;) sleep(1);
        if (MODE == 4) _exit(3);
        memset(out, 1, 64); *length = MODE == 5 ? 1000000 : 64; return 0; }
      static void *list[69];
      U C_GetFunctionList(void **out) {
        void **f = list + 1; int i;
        if (MODE == 6) *(volatile int *)8 = 1;
        ((char *)list)[0] = 2; ((char *)list)[1] = 40;
        for (i = 0; i < 68; i++) f[i] = ok;
        f[0] = initialize; f[4] = slots; f[6] = token; f[12] = open_; f[24] = attribute;
        f[26] = find_init; f[27] = find; f[43] = sign;
        *out = list; return 0; }
      """;

  private static final String PIN = "pin-of-the-bad-token-77ab";

  @TempDir Path folder;
  private final List<String> notices = new CopyOnWriteArrayList<>();

  private String module(int mode) throws Exception {
    Path source = folder.resolve("module" + mode + ".c");
    Path library = folder.resolve("module" + mode + ".so");
    Files.writeString(source, SOURCE.replace("MODE", Integer.toString(mode)));
    Process gcc;
    try {
      gcc =
          new ProcessBuilder(
                  "gcc",
                  "-shared",
                  "-fPIC",
                  "-O0",
                  "-w",
                  "-o",
                  library.toString(),
                  source.toString())
              .inheritIO()
              .start();
    } catch (IOException e) {
      Assumptions.abort("there is no C compiler: apt-get install gcc libc6-dev");
      throw e;
    }
    assertTrue(gcc.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, gcc.exitValue());
    return "pkcs11:token=Bad;object=key?module-path=" + library;
  }

  private KeySettings settings() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("COSIGN_PKCS11_PIN", PIN);
    environment.put("ASSAY_KEY_TIMEOUT", "3");
    return new KeySettings(
        environment, folder, Passwords.fromVariable(Optional.empty()), notices::add);
  }

  private AssayException fails(int mode) throws Exception {
    String uri = module(mode);
    try (Signer signer = Tokens.signer(uri, settings())) {
      AssayException e = assertThrows(AssayException.class, () -> signer.sign(new byte[5]));
      assertEquals(Code.SIGNING_FAILED, e.code());
      return e;
    }
  }

  @Test
  void aModuleThatCrashesIsAnError() throws Exception {
    AssayException e = fails(1);
    assertTrue(String.valueOf(e.getMessage()).contains("crashed"), e.getMessage());
    // No report of the crash is left where the command was run.
    try (var files = Files.list(folder)) {
      assertEquals(
          List.of(),
          files.map(f -> f.getFileName().toString()).filter(f -> f.startsWith("hs_err")).toList());
    }
  }

  @Test
  void aModuleThatHangsIsEnded() throws Exception {
    AssayException e = fails(2);
    assertTrue(
        String.valueOf(e.getMessage()).contains("did not answer within 3 seconds"), e.getMessage());
    assertTrue(notices.stream().anyMatch(n -> n.contains("touch")), notices.toString());
  }

  @Test
  void aSignatureThatDoesNotVerifyDoesNotLeave() throws Exception {
    AssayException e = fails(3);
    assertTrue(String.valueOf(e.getMessage()).contains("does not verify"), e.getMessage());
  }

  @Test
  void aModuleThatEndsTheProcessIsAnError() throws Exception {
    AssayException e = fails(4);
    assertTrue(String.valueOf(e.getMessage()).contains("crashed (status 3)"), e.getMessage());
  }

  @Test
  void aModuleThatClaimsToHaveWrittenTooMuchIsAnError() throws Exception {
    fails(5);
  }

  @Test
  void aModuleThatCrashesWhenLoadedIsAnError() throws Exception {
    String uri = module(6);
    AssayException e = assertThrows(AssayException.class, () -> Tokens.signer(uri, settings()));
    assertEquals(Code.SIGNING_FAILED, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains("crashed"), e.getMessage());
  }

  @Test
  void aLibraryThatIsNoModuleIsAnError() throws Exception {
    Path text = folder.resolve("text.so");
    Files.writeString(text, "not a library");
    AssayException e =
        assertThrows(
            AssayException.class,
            () -> Tokens.signer("pkcs11:token=Bad?module-path=" + text, settings()));
    assertEquals(Code.SIGNING_FAILED, e.code());
  }
}
