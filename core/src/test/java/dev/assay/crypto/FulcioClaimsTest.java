package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FulcioClaimsTest {

  private static final TestAuthority ROOT = TestAuthority.root("root").build();
  private static final String ARC = "1.3.6.1.4.1.57264.1.";

  private static byte[] der(String text) {
    return DerWriter.element(DerReader.UTF8_STRING, Text.utf8(text));
  }

  @Test
  void everyClaimHasItsName() {
    TestAuthority.Builder builder = ROOT.leaf();
    for (int arc = 1; arc <= 24; arc++) {
      if (arc != 7) {
        String value = arc == 1 || arc == 8 ? "https://issuer" : "value " + arc;
        builder.raw(ARC + arc, false, arc <= 6 ? Text.utf8(value) : der(value));
      }
    }
    FulcioClaims claims = FulcioClaims.of(builder.certificate());
    assertEquals(Optional.of("https://issuer"), claims.issuer());
    assertEquals(22, claims.claims().size());
    assertEquals("value 2", claims.claims().get("githubWorkflowTrigger"));
    assertEquals("value 6", claims.claims().get("githubWorkflowRef"));
    assertEquals("value 9", claims.claims().get("buildSignerUri"));
    assertEquals("value 11", claims.claims().get("runnerEnvironment"));
    assertEquals("value 12", claims.claims().get("sourceRepositoryUri"));
    assertEquals("value 20", claims.claims().get("buildTrigger"));
    assertEquals("value 22", claims.claims().get("sourceRepositoryVisibilityAtSigning"));
    assertEquals("value 24", claims.claims().get("tokenSubject"));
  }

  @Test
  void theIssuerMayBeInTheOldFormAlone() {
    Certificate old = ROOT.leaf().raw(ARC + 1, false, Text.utf8("https://a")).certificate();
    assertEquals(Optional.of("https://a"), FulcioClaims.of(old).issuer());
    Certificate none = ROOT.leaf().certificate();
    assertEquals(Optional.empty(), FulcioClaims.of(none).issuer());
    assertEquals(Map.of(), FulcioClaims.of(none).claims());
  }

  private static void refused(TestAuthority.Builder builder) {
    Certificate certificate = builder.certificate();
    AssayException e = assertThrows(AssayException.class, () -> FulcioClaims.of(certificate));
    assertEquals(Code.BAD_CERTIFICATE, e.code());
  }

  @Test
  void twoIssuersAndWhatCannotBeReadAreRefused() {
    refused(
        ROOT.leaf()
            .raw(ARC + 1, false, Text.utf8("https://a"))
            .raw(ARC + 8, false, der("https://b")));
    for (byte[] bad :
        List.of(
            Text.utf8("https://a"),
            new byte[0],
            new byte[] {12, 1},
            new byte[] {12, 1, 'a', 'b'},
            new byte[] {12, 1, (byte) 0xff},
            new byte[] {19, 1, 'a'},
            der("a\nb"),
            der("a\u202eb"))) {
      refused(ROOT.leaf().raw(ARC + 8, false, bad));
      refused(ROOT.leaf().raw(ARC + 12, false, bad));
    }
    refused(ROOT.leaf().raw(ARC + 1, false, new byte[] {(byte) 0xc0, 0}));
  }
}
