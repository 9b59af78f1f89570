package dev.assay.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class RekorKeyTest {

  // The public good instance's keys, from its public trust root.
  private static final String V1 =
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwrkBbmLSGtks4L3qX6yYY0zufBnhC8U"
          + "r/iy55GhWP/9A/bY2LhC30M9+RYtw==";
  private static final String V2 = "MCowBQYDK2VwAyEAt8rlp1knGwjfbcXAYPYAkn0XiLz1x8O4t0YkEhie244=";

  private static PublicKey key(String spki) {
    return PublicKey.fromSpki(Base64.getDecoder().decode(spki));
  }

  private static int hash(byte[]... parts) throws GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (byte[] part : parts) {
      digest.update(part);
    }
    return ByteBuffer.wrap(digest.digest()).getInt();
  }

  @Test
  void realLogsHaveTheIdsThatTheirCheckpointsCarry() {
    assertEquals(
        0xc0d23d6a, RekorKey.v1("rekor.sigstore.dev", key(V1), SignatureScheme.ECDSA_SHA256).id());
    assertEquals(
        0xcf119915,
        RekorKey.v2("log2025-1.rekor.sigstore.dev", key(V2), SignatureScheme.ED25519).id());
  }

  @Test
  void idsOfVersion2DependOnTheKindOfKey() throws GeneralSecurityException {
    byte[] name = Text.utf8("log.example\n");
    PublicKey rsa = PrivateKey.generate(KeyAlgorithm.RSA).publicKey();
    assertEquals(
        hash(name, new byte[] {(byte) 0xff}, Text.utf8("PKIX-RSA-PKCS#1v1.5"), rsa.spki()),
        RekorKey.v2("log.example", rsa, SignatureScheme.RSA_PKCS1_SHA256).id());
    assertEquals(
        hash(rsa.spki()), RekorKey.v1("log.example", rsa, SignatureScheme.RSA_PKCS1_SHA256).id());
    PublicKey ec = PrivateKey.generate(KeyAlgorithm.ECDSA_P384).publicKey();
    assertEquals(
        hash(ec.spki()), RekorKey.v2("log.example", ec, SignatureScheme.ECDSA_SHA384).id());
    PublicKey ed = PrivateKey.generate(KeyAlgorithm.ED25519).publicKey();
    RekorKey log = RekorKey.v2("log.example", ed, SignatureScheme.ED25519);
    assertEquals(NoteKey.of("log.example", NoteKey.Type.ED25519, ed).id(), log.id());
    PublicKey mlDsa = PrivateKey.generate(KeyAlgorithm.ML_DSA_44).publicKey();
    AssayException e =
        assertThrows(
            AssayException.class, () -> RekorKey.v2("log.example", mlDsa, SignatureScheme.ML_DSA));
    assertEquals(Code.KEY_UNSUPPORTED, e.code());
  }

  @Test
  void onlyItsOwnSignatureCounts() {
    PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    RekorKey log = RekorKey.v1("log.example", key.publicKey(), SignatureScheme.ECDSA_SHA256);
    String text = "log.example - 1\n1\nAAAA\n";
    byte[] signature = key.sign(Text.utf8(text));
    SignedNote.Signature own = new SignedNote.Signature("log.example", log.id(), signature);
    SignedNote.Signature other = new SignedNote.Signature("log.example", 5, signature);
    SignedNote.Signature name = new SignedNote.Signature("w.example", log.id(), signature);
    log.check(new SignedNote(text, List.of(other, name, own)));
    refused(Code.NOTE_NOT_SIGNED, log, new SignedNote(text, List.of(other, name)));
    refused(Code.SIGNATURE_INVALID, log, new SignedNote(text + "more\n", List.of(own)));
    byte[] bad = signature.clone();
    bad[9] ^= 1;
    SignedNote.Signature forged = new SignedNote.Signature("log.example", log.id(), bad);
    refused(Code.SIGNATURE_INVALID, log, new SignedNote(text, List.of(own, forged)));
  }

  private static void refused(Code code, RekorKey log, SignedNote note) {
    AssayException e = assertThrows(AssayException.class, () -> log.check(note));
    assertEquals(code, e.code(), e.getMessage());
  }
}
