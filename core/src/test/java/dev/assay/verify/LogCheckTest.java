package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.attest.LogEntry;
import dev.assay.attest.Octets;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PrivateKey;
import dev.assay.crypto.SignatureScheme;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.Window;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Entries of logs of our own, and what an attacker makes of them. */
class LogCheckTest {

  private static final byte[] ARTIFACT = Text.utf8("artifact");
  private static final Digest DIGEST = Hashes.sha256Digest(ARTIFACT);

  private final PrivateKey key = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
  private final String pem = key.publicKey().pem();
  private final ForgedLog v1 = new ForgedLog(KeyAlgorithm.ECDSA_P256, "rekor.example");
  private final ForgedLog v2 = new ForgedLog(KeyAlgorithm.ED25519, "log2026.rekor.example");
  private final TrustRoot root = ForgedLog.root(v1.trusted(), v2.trusted());
  // One for all: what was once verified must not help what was not.
  private final CheckpointCache cache = new CheckpointCache(CheckpointCache.USUAL_SIZE);

  private final SignedMaterial message = message(key, ARTIFACT);
  private final Dsse dsse = envelope(key, "{\"a\":1}");
  private final SignedMaterial envelope = SignedMaterial.ofEnvelope(dsse, signer(key));

  private final LogEntry hashed =
      v1.v1("hashedrekord", "0.0.1", ForgedLog.hashedRekordV1(DIGEST, message.signature(), pem));
  private final LogEntry hashedV2 = v2.v2(message.rekorV2());

  private static SignedMaterial.Signer signer(PrivateKey key) {
    return SignedMaterial.Signer.of(key.publicKey(), SignatureScheme.usual(key.algorithm()));
  }

  private static SignedMaterial message(PrivateKey key, byte[] artifact) {
    SignedMaterial.Signer signer = signer(key);
    return SignedMaterial.ofMessage(
        Hashes.digest(signer.scheme().hash().orElseThrow(), artifact),
        Octets.of(key.sign(artifact)),
        signer);
  }

  private static Dsse envelope(PrivateKey key, String payload) {
    byte[] bytes = Text.utf8(payload);
    byte[] signature = key.sign(Dsse.pae(Dsse.IN_TOTO, bytes));
    return Dsse.of(Dsse.IN_TOTO, bytes, List.of(Dsse.Signature.of(signature)));
  }

  private LogCheck.Result verify(SignedMaterial signed, TrustRoot trusted, LogEntry... entries) {
    Bundle bundle =
        new Bundle(
            Bundle.Form.BUNDLE,
            Bundle.Version.V0_3,
            new Bundle.KeyHint(""),
            List.of(entries),
            List.of(),
            new Bundle.MessageSignature(Optional.empty(), signed.signature()));
    LogCheck.Result result = LogCheck.verify(bundle, signed, trusted, cache);
    assertEquals(entries.length, result.logged().size() + result.refused().size());
    return result;
  }

  private LogCheck.Logged logged(SignedMaterial signed, LogEntry entry) {
    LogCheck.Result result = verify(signed, root, entry);
    assertTrue(result.refused().isEmpty(), () -> result.refused().toString());
    return result.logged().getFirst();
  }

  private Check refused(Code code, SignedMaterial signed, TrustRoot trusted, LogEntry entry) {
    LogCheck.Result result = verify(signed, trusted, entry);
    assertTrue(result.logged().isEmpty(), "counts");
    Check check = result.refused().getFirst();
    assertEquals(Optional.of(code), check.code(), check.detail());
    return check;
  }

  private Check refused(Code code, SignedMaterial signed, LogEntry entry) {
    return refused(code, signed, root, entry);
  }

  @Test
  void everyKindCounts() {
    LogCheck.Logged one = logged(message, hashed);
    assertEquals(Optional.of(ForgedLog.TIME), one.promisedAt());
    assertTrue(one.included());
    assertEquals("rekor.example", one.log().host());

    Octets signature = envelope.signature();
    Digest payload = Hashes.sha256Digest(dsse.payload());
    Digest pae = Hashes.digest(Digest.Algorithm.SHA512, dsse.pae());
    logged(envelope, v1.v1("dsse", "0.0.1", ForgedLog.dsseV1(payload, signature, pem)));
    logged(
        envelope,
        v1.v1("intoto", "0.0.2", ForgedLog.intotoV2(Dsse.IN_TOTO, payload, signature, pem)));
    logged(envelope, v1.v1("hashedrekord", "0.0.1", ForgedLog.hashedRekordV1(pae, signature, pem)));
    logged(envelope, v1.v1("intoto", "0.0.1", ForgedLog.intotoV1(spelled(dsse), payload, pem)));

    LogCheck.Logged two = logged(message, hashedV2);
    assertEquals(Optional.empty(), two.promisedAt());
    assertTrue(two.included());
    assertTrue(two.trustedAt(ForgedLog.TIME));
    assertFalse(two.trustedAt(ForgedLog.TIME.plusSeconds(61)));
    logged(envelope, v2.v2(envelope.rekorV2()));
  }

  // As the library that made such entries writes an envelope.
  private static Digest spelled(Dsse dsse) {
    Dsse.Signature signature = dsse.signatures().getFirst();
    return Hashes.sha256Digest(
        Text.utf8(
            "{\"payloadType\":\""
                + dsse.payloadType()
                + "\",\"payload\":\""
                + Octets.of(dsse.payload()).base64()
                + "\",\"signatures\":[{\"keyid\":\""
                + signature.keyId().orElse("")
                + "\",\"sig\":\""
                + signature.value().base64()
                + "\"}]}"));
  }

  @Test
  void everyKeyOfSignerAndLogCounts() {
    for (KeyAlgorithm algorithm :
        List.of(KeyAlgorithm.ECDSA_P384, KeyAlgorithm.ECDSA_P521, KeyAlgorithm.RSA)) {
      PrivateKey other = PrivateKey.generate(algorithm);
      SignedMaterial signed = message(other, ARTIFACT);
      ForgedLog log = new ForgedLog(algorithm, "other.example");
      TrustRoot trusted = ForgedLog.root(log.trusted());
      byte[] body =
          ForgedLog.hashedRekordV1(
              signed.signedDigest(Digest.Algorithm.SHA256),
              signed.signature(),
              other.publicKey().pem());
      assertEquals(
          1,
          verify(signed, trusted, log.v1("hashedrekord", "0.0.1", body)).logged().size(),
          algorithm.id());
      assertEquals(
          1, verify(signed, trusted, log.v2(signed.rekorV2())).logged().size(), algorithm.id());
    }
  }

  @Test
  void aPureSignatureHasNoPlaceInALogOfVersion2() {
    PrivateKey ed = PrivateKey.generate(KeyAlgorithm.ED25519);
    SignedMaterial signed = SignedMaterial.ofEnvelope(envelope(ed, "{}"), signer(ed));
    refused(Code.BAD_LOG_ENTRY, signed, hashedV2);
    Digest payload = Hashes.sha256Digest(Text.utf8("{}"));
    logged(
        signed,
        v1.v1(
            "dsse", "0.0.1", ForgedLog.dsseV1(payload, signed.signature(), ed.publicKey().pem())));
  }

  @Test
  void anEntryOfAnotherArtifactSignatureOrKeyIsRefused() {
    PrivateKey mallory = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    Digest other = Forge.digest("other");
    Octets again = Octets.of(key.sign(Text.utf8("again")));
    List<byte[]> bodies =
        List.of(
            ForgedLog.hashedRekordV1(other, message.signature(), pem),
            ForgedLog.hashedRekordV1(DIGEST, again, pem),
            ForgedLog.hashedRekordV1(DIGEST, message.signature(), mallory.publicKey().pem()));
    List<String> details = new ArrayList<>();
    for (byte[] body : bodies) {
      Check check = refused(Code.LOG_ENTRY_MISMATCH, message, v1.v1("hashedrekord", "0.0.1", body));
      assertFalse(check.expected().orElseThrow().equals(check.found().orElseThrow()));
      details.add(check.detail());
    }
    assertEquals(3, details.stream().distinct().count(), details.toString());
    assertEquals(
        Optional.of(other.toString()),
        refused(Code.LOG_ENTRY_MISMATCH, message, v1.v1("hashedrekord", "0.0.1", bodies.getFirst()))
            .found());

    refused(Code.LOG_ENTRY_MISMATCH, message(key, Text.utf8("other")), hashedV2);
    refused(
        Code.LOG_ENTRY_MISMATCH,
        SignedMaterial.ofMessage(DIGEST, again, message.signer()),
        hashedV2);
    refused(Code.LOG_ENTRY_MISMATCH, message(mallory, ARTIFACT), hashedV2);
  }

  @Test
  void anEnvelopesEntryIsBoundInEveryPart() {
    PrivateKey mallory = PrivateKey.generate(KeyAlgorithm.ECDSA_P256);
    Octets signature = envelope.signature();
    Octets again = envelope(key, "{}").signatures().getFirst().value();
    Digest payload = Hashes.sha256Digest(dsse.payload());
    Digest other = Forge.digest("other");
    String his = mallory.publicKey().pem();
    for (byte[] body :
        List.of(
            ForgedLog.dsseV1(other, signature, pem),
            ForgedLog.dsseV1(payload, again, pem),
            ForgedLog.dsseV1(payload, signature, his))) {
      refused(Code.LOG_ENTRY_MISMATCH, envelope, v1.v1("dsse", "0.0.1", body));
    }
    for (byte[] body :
        List.of(
            ForgedLog.intotoV2(Dsse.IN_TOTO, other, signature, pem),
            ForgedLog.intotoV2(Dsse.IN_TOTO, payload, again, pem),
            ForgedLog.intotoV2(Dsse.IN_TOTO, payload, signature, his),
            ForgedLog.intotoV2("text/plain", payload, signature, pem))) {
      refused(Code.LOG_ENTRY_MISMATCH, envelope, v1.v1("intoto", "0.0.2", body));
    }
    // The oldest kind keeps no signature, so that the envelope's own hash has to be the one.
    Dsse otherSignature =
        Dsse.of(Dsse.IN_TOTO, dsse.payload(), List.of(new Dsse.Signature(again, Optional.empty())));
    Dsse otherType = Dsse.of("text/plain", dsse.payload(), dsse.signatures());
    Dsse otherName =
        Dsse.of(
            Dsse.IN_TOTO, dsse.payload(), List.of(new Dsse.Signature(signature, Optional.of("k"))));
    for (byte[] body :
        List.of(
            ForgedLog.intotoV1(spelled(dsse), other, pem),
            ForgedLog.intotoV1(other, payload, pem),
            ForgedLog.intotoV1(spelled(otherSignature), payload, pem),
            ForgedLog.intotoV1(spelled(otherType), payload, pem),
            ForgedLog.intotoV1(spelled(otherName), payload, pem),
            ForgedLog.intotoV1(Hashes.sha256Digest(dsse.write()), payload, pem),
            ForgedLog.intotoV1(spelled(dsse), payload, his))) {
      refused(Code.LOG_ENTRY_MISMATCH, envelope, v1.v1("intoto", "0.0.1", body));
    }
    refused(
        Code.LOG_ENTRY_MISMATCH,
        message,
        v1.v1("intoto", "0.0.1", ForgedLog.intotoV1(spelled(dsse), payload, pem)));
    // Where the payload itself is kept, it is the same.
    byte[] bare = ForgedLog.intotoV2(Dsse.IN_TOTO, payload, signature, pem);
    for (String kept : List.of("{\"a\":1}", "{\"a\":2}")) {
      String twice = Octets.of(Text.utf8(Octets.of(Text.utf8(kept)).base64())).base64();
      String body =
          Text.utf8(bare)
              .replace("{\"payloadType\"", "{\"payload\":\"" + twice + "\",\"payloadType\"");
      LogEntry entry = v1.v1("intoto", "0.0.2", Text.utf8(body));
      assertEquals(
          kept.endsWith("1}") ? 1 : 0, verify(envelope, root, entry).logged().size(), body);
    }
    // An entry about an envelope with this signature says nothing about a message.
    refused(
        Code.LOG_ENTRY_MISMATCH,
        message,
        v1.v1("dsse", "0.0.1", ForgedLog.dsseV1(DIGEST, message.signature(), pem)));
  }

  @Test
  void aLogOfVersion2KeepsNothingButWhatTheBundleSays() {
    Check check =
        refused(
            Code.LOG_ENTRY_MISMATCH,
            message,
            v2.v2(ForgedLog.hashedRekordV2(message, "PKIX_ECDSA_P256_SHA_512", DIGEST)));
    assertEquals(Optional.of("\"PKIX_ECDSA_P256_SHA_512\""), check.found());
    // The same members in another order are other bytes.
    String text = new String(message.rekorV2(), StandardCharsets.UTF_8);
    String moved =
        "{\"kind\":\"hashedrekord\"," + text.substring(1).replace("\"kind\":\"hashedrekord\",", "");
    refused(Code.LOG_ENTRY_MISMATCH, message, v2.v2(Text.utf8(moved)));
    String more = text.replace("\"keyDetails\"", "\"extra\":1,\"keyDetails\"");
    refused(Code.BAD_LOG_ENTRY, message, v2.v2(Text.utf8(more)));
  }

  @Test
  void theKindIsTheBodys() {
    byte[] body = hashed.canonicalizedBody().bytes();
    refused(Code.BAD_LOG_ENTRY, message, v1.v1("hashedrekord", "0.0.3", body));
    refused(Code.BAD_LOG_ENTRY, message, v1.v1("rekord", "0.0.1", body));
    refused(Code.LOG_ENTRY_MISMATCH, message, v1.v1("intoto", "0.0.1", body));
    refused(Code.LOG_ENTRY_MISMATCH, message, v1.v1("dsse", "0.0.1", body));
    refused(Code.LOG_ENTRY_MISMATCH, message, v2.v2(body));
    refused(Code.LOG_ENTRY_MISMATCH, message, v1.v1("hashedrekord", "0.0.1", message.rekorV2()));
  }

  @Test
  void aCertificateIsNotItsKey() {
    Octets der = Octets.of(key.publicKey().spki());
    SignedMaterial.Signer signer =
        new SignedMaterial.Signer(
            key.publicKey(),
            SignatureScheme.ECDSA_SHA256,
            new dev.assay.attest.RekorBody.Verifier(true, der));
    SignedMaterial signed = SignedMaterial.ofMessage(DIGEST, message.signature(), signer);
    refused(Code.LOG_ENTRY_MISMATCH, signed, hashed);
    refused(Code.LOG_ENTRY_MISMATCH, signed, hashedV2);
  }

  @Test
  void aPromiseOrAProofIsEnoughAndABadOneBesideAGoodOneIsNot() {
    LogEntry promised = ForgedLog.with(hashed, hashed.inclusionPromise(), Optional.empty());
    LogEntry proven = ForgedLog.with(hashed, Optional.empty(), hashed.inclusionProof());
    assertFalse(logged(message, promised).included());
    assertEquals(Optional.of(ForgedLog.TIME), logged(message, promised).promisedAt());
    // Nobody vouches for the time beside a proof.
    assertEquals(Optional.empty(), logged(message, proven).promisedAt());
    refused(Code.NOT_LOGGED, message, ForgedLog.with(hashed, Optional.empty(), Optional.empty()));

    byte[] bad = hashed.inclusionPromise().orElseThrow().bytes();
    bad[bad.length - 1] ^= 1;
    refused(
        Code.LOG_PROMISE_INVALID,
        message,
        ForgedLog.with(hashed, Optional.of(Octets.of(bad)), hashed.inclusionProof()));
    LogEntry.Proof p = hashed.inclusionProof().orElseThrow();
    LogEntry.Proof shorter =
        new LogEntry.Proof(
            p.logIndex(), p.rootHash(), p.treeSize(), p.hashes().subList(0, 2), p.checkpoint());
    refused(
        Code.NOT_INCLUDED,
        message,
        ForgedLog.with(hashed, hashed.inclusionPromise(), Optional.of(shorter)));
  }

  @Test
  void aProofWithoutACheckpointProvesNothing() {
    LogEntry.Proof p = hashed.inclusionProof().orElseThrow();
    LogEntry.Proof bare =
        new LogEntry.Proof(p.logIndex(), p.rootHash(), p.treeSize(), p.hashes(), Optional.empty());
    assertFalse(
        logged(message, ForgedLog.with(hashed, hashed.inclusionPromise(), Optional.of(bare)))
            .included());
    refused(Code.NOT_LOGGED, message, ForgedLog.with(hashed, Optional.empty(), Optional.of(bare)));
    LogEntry.Proof wrong =
        new LogEntry.Proof(2, p.rootHash(), p.treeSize(), p.hashes(), Optional.empty());
    refused(
        Code.NOT_INCLUDED,
        message,
        ForgedLog.with(hashed, hashed.inclusionPromise(), Optional.of(wrong)));
  }

  @Test
  void aLogOfVersion2MakesNoPromiseAndCountsInOneTree() {
    LogEntry bare = hashedV2;
    LogEntry timed =
        copy(
            bare, bare.logIndex(), bare.logId(), hashed.integratedTime(), bare.canonicalizedBody());
    refused(Code.BAD_LOG_ENTRY, message, v2.promise(timed));
    refused(Code.NOT_LOGGED, message, ForgedLog.with(hashedV2, Optional.empty(), Optional.empty()));
    LogEntry e = hashedV2;
    LogEntry moved =
        new LogEntry(
            e.logIndex() + 1,
            e.logId(),
            e.kind(),
            e.version(),
            e.integratedTime(),
            e.inclusionPromise(),
            e.inclusionProof(),
            e.canonicalizedBody());
    refused(Code.NOT_INCLUDED, message, moved);
  }

  @Test
  void theLogIsTrustedForATime() {
    Instant time = ForgedLog.TIME;
    Optional<Instant> none = Optional.empty();
    for (Window good :
        List.of(
            new Window(Optional.of(time), Optional.of(time)),
            new Window(Optional.of(time), none),
            new Window(Optional.of(time.minusSeconds(9)), Optional.of(time)))) {
      assertEquals(1, verify(message, ForgedLog.root(v1.trusted(good)), hashed).logged().size());
    }
    for (Window bad :
        List.of(
            new Window(Optional.of(time.plusSeconds(1)), none),
            new Window(Optional.of(time.minusSeconds(9)), Optional.of(time.minusMillis(1))),
            new Window(none, Optional.of(time)),
            Window.ALWAYS)) {
      refused(Code.LOG_UNTRUSTED, message, ForgedLog.root(v1.trusted(bad)), hashed);
    }
    refused(Code.LOG_UNTRUSTED, message, ForgedLog.root(v2.trusted(Window.ALWAYS)), hashedV2);
    // Listed twice, for two spans: one of them is enough.
    Window before =
        new Window(Optional.of(time.minusSeconds(9)), Optional.of(time.minusSeconds(1)));
    TrustRoot both = ForgedLog.root(v1.trusted(before), v1.trusted(), v1.trusted(before));
    assertEquals(1, verify(message, both, hashed).logged().size());
  }

  @Test
  void anUnknownLogIsSkippedAndSaid() {
    Check check = refused(Code.LOG_UNTRUSTED, message, ForgedLog.root(v2.trusted()), hashed);
    assertTrue(check.expected().orElseThrow().contains("log2026.rekor.example"));
    refused(Code.LOG_UNTRUSTED, message, ForgedLog.root(), hashed);
    LogCheck.Result result = verify(message, ForgedLog.root(v2.trusted()), hashed, hashedV2);
    assertEquals("log2026.rekor.example", result.logged().getFirst().log().host());
    // A log of another key under the same id.
    ForgedLog mallory = new ForgedLog(KeyAlgorithm.ECDSA_P256, "rekor.example");
    LogEntry his = mallory.v1("hashedrekord", "0.0.1", hashed.canonicalizedBody().bytes());
    LogEntry posing =
        new LogEntry(
            his.logIndex(),
            hashed.logId(),
            his.kind(),
            his.version(),
            his.integratedTime(),
            Optional.empty(),
            his.inclusionProof(),
            his.canonicalizedBody());
    refused(Code.NOTE_NOT_SIGNED, message, posing);
    refused(Code.LOG_PROMISE_INVALID, message, mallory.promise(posing));
  }

  @Test
  void anEntryThatIsThereTwiceCountsNotOnce() {
    LogEntry stripped = ForgedLog.with(hashed, hashed.inclusionPromise(), Optional.empty());
    for (LogEntry again : List.of(hashed, stripped)) {
      AssayException twice =
          assertThrows(AssayException.class, () -> verify(message, root, hashed, hashedV2, again));
      assertEquals(Code.BAD_BUNDLE, twice.code());
    }
  }

  @Test
  void othersMaySignTheCheckpointToo() {
    LogEntry.Proof p = hashedV2.inclusionProof().orElseThrow();
    String note = p.checkpoint().orElseThrow();
    String text = note.substring(0, note.indexOf("\n\n") + 1);
    String own = note.substring(note.indexOf("\n\n") + 2);
    String witness = ForgedLog.line("witness.example", 7, new byte[72]);
    String otherKey = ForgedLog.line(v2.host, 8, new byte[70]);
    for (String lines : List.of(witness + own, own + witness, otherKey + own, own + own)) {
      logged(message, ForgedLog.with(hashedV2, text + "\n" + lines));
    }
    refused(
        Code.NOTE_NOT_SIGNED, message, ForgedLog.with(hashedV2, text + "\n" + witness + otherKey));
    // A line under the log's name and key ID that the key did not make.
    int id = dev.assay.log.RekorKey.v2(v2.host, v2.key.publicKey(), SignatureScheme.ED25519).id();
    String forged = ForgedLog.line(v2.host, id, new byte[64]);
    refused(Code.SIGNATURE_INVALID, message, ForgedLog.with(hashedV2, text + "\n" + own + forged));
    // The right key, under the name of another log.
    String renamed = own.replace(v2.host, "other.example");
    refused(Code.NOTE_NOT_SIGNED, message, ForgedLog.with(hashedV2, text + "\n" + renamed));
  }

  @Test
  void theCheckpointIsOfTheLogAndOfTheTree() {
    byte[] body = hashedV2.canonicalizedBody().bytes();
    LogEntry elsewhere =
        ForgedLog.with(
            hashedV2, Optional.empty(), Optional.of(v2.proof(body, "other.example", true)));
    refused(Code.WRONG_ORIGIN, message, elsewhere);
    for (String origin :
        List.of("rekor.example", "rekor.example - ", "rekor.example - x1", " - 12")) {
      byte[] first = hashed.canonicalizedBody().bytes();
      LogEntry e =
          ForgedLog.with(hashed, Optional.empty(), Optional.of(v1.proof(first, origin, false)));
      refused(Code.WRONG_ORIGIN, message, e);
    }
    // A signed checkpoint of the same log, of a tree without the entry.
    String other =
        v1.proof(Text.utf8("other"), "rekor.example - 1234", false).checkpoint().orElseThrow();
    refused(Code.NOT_INCLUDED, message, ForgedLog.with(hashed, other));
    LogEntry.Proof p = hashed.inclusionProof().orElseThrow();
    // Proofs of an entry and a checkpoint that do not agree on the tree.
    LogEntry.Proof size =
        new LogEntry.Proof(
            p.logIndex(), p.rootHash(), p.treeSize() + 1, p.hashes(), p.checkpoint());
    refused(
        Code.NOT_INCLUDED, message, ForgedLog.with(hashed, Optional.empty(), Optional.of(size)));
  }

  @Test
  void aPromiseNeedsATimeThatIsExact() {
    LogEntry e = hashed;
    LogEntry timeless =
        new LogEntry(
            e.logIndex(),
            e.logId(),
            e.kind(),
            e.version(),
            Optional.empty(),
            e.inclusionPromise(),
            e.inclusionProof(),
            e.canonicalizedBody());
    refused(Code.BAD_LOG_ENTRY, message, timeless);
    LogEntry far =
        new LogEntry(
            1L << 53,
            e.logId(),
            e.kind(),
            e.version(),
            e.integratedTime(),
            e.inclusionPromise(),
            e.inclusionProof(),
            e.canonicalizedBody());
    refused(Code.BAD_LOG_ENTRY, message, far);
  }

  @Test
  void noFlippedBitCounts() {
    logged(message, hashed);
    logged(message, hashedV2);
    for (LogEntry entry : List.of(hashed, hashedV2)) {
      int flips = 0;
      for (LogEntry changed : flipped(entry)) {
        assertTrue(verify(message, root, changed).logged().isEmpty(), changed.toString());
        flips++;
      }
      assertTrue(flips > 4_000, "flips: " + flips);
    }
  }

  private static List<LogEntry> flipped(LogEntry e) {
    List<LogEntry> out = new ArrayList<>();
    for (byte[] body : flipped(e.canonicalizedBody().bytes())) {
      out.add(copy(e, e.logIndex(), e.logId(), e.integratedTime(), Octets.of(body)));
    }
    for (byte[] id : flipped(e.logId().bytes())) {
      out.add(copy(e, e.logIndex(), Octets.of(id), e.integratedTime(), e.canonicalizedBody()));
    }
    for (int bit = 0; bit < 63; bit++) {
      long flip = 1L << bit;
      out.add(copy(e, e.logIndex() ^ flip, e.logId(), e.integratedTime(), e.canonicalizedBody()));
      if (e.integratedTime().isPresent() && bit < 34) {
        Instant time = Instant.ofEpochSecond(e.integratedTime().get().getEpochSecond() ^ flip);
        out.add(copy(e, e.logIndex(), e.logId(), Optional.of(time), e.canonicalizedBody()));
      }
    }
    if (e.inclusionPromise().isPresent()) {
      for (byte[] promise : flipped(e.inclusionPromise().get().bytes())) {
        out.add(ForgedLog.with(e, Optional.of(Octets.of(promise)), e.inclusionProof()));
      }
    }
    for (LogEntry.Proof proof : flipped(e.inclusionProof().orElseThrow())) {
      out.add(ForgedLog.with(e, e.inclusionPromise(), Optional.of(proof)));
    }
    return out;
  }

  private static List<LogEntry.Proof> flipped(LogEntry.Proof p) {
    List<LogEntry.Proof> out = new ArrayList<>();
    for (int bit = 0; bit < 63; bit++) {
      long flip = 1L << bit;
      out.add(
          new LogEntry.Proof(
              p.logIndex() ^ flip, p.rootHash(), p.treeSize(), p.hashes(), p.checkpoint()));
      out.add(
          new LogEntry.Proof(
              p.logIndex(), p.rootHash(), p.treeSize() ^ flip, p.hashes(), p.checkpoint()));
    }
    for (byte[] root : flipped(p.rootHash().bytes())) {
      out.add(
          new LogEntry.Proof(
              p.logIndex(), Octets.of(root), p.treeSize(), p.hashes(), p.checkpoint()));
    }
    for (int i = 0; i < p.hashes().size(); i++) {
      for (byte[] hash : flipped(p.hashes().get(i).bytes())) {
        List<Octets> hashes = new ArrayList<>(p.hashes());
        hashes.set(i, Octets.of(hash));
        out.add(
            new LogEntry.Proof(p.logIndex(), p.rootHash(), p.treeSize(), hashes, p.checkpoint()));
      }
    }
    for (byte[] note : flipped(Text.utf8(p.checkpoint().orElseThrow()))) {
      String text = new String(note, StandardCharsets.UTF_8);
      out.add(
          new LogEntry.Proof(
              p.logIndex(), p.rootHash(), p.treeSize(), p.hashes(), Optional.of(text)));
    }
    return out;
  }

  private static List<byte[]> flipped(byte[] bytes) {
    List<byte[]> out = new ArrayList<>();
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      out.add(changed);
    }
    return out;
  }

  private static LogEntry copy(
      LogEntry e, long index, Octets id, Optional<Instant> time, Octets body) {
    return new LogEntry(
        index, id, e.kind(), e.version(), time, e.inclusionPromise(), e.inclusionProof(), body);
  }

  @Test
  void aCheckpointIsVerifiedOnceAndOnlyGoodOnesAreKept() {
    CheckpointCache own = new CheckpointCache(2);
    Bundle bundle =
        new Bundle(
            Bundle.Form.BUNDLE,
            Bundle.Version.V0_3,
            new Bundle.KeyHint(""),
            List.of(hashedV2),
            List.of(),
            new Bundle.MessageSignature(Optional.empty(), message.signature()));
    LogCheck.verify(bundle, message, root, own);
    LogCheck.verify(bundle, message, root, own);
    assertEquals(1, own.count());
    // The same text, trusted to another key under the same id and host.
    TrustRoot.Log log = v2.trusted();
    PrivateKey other = PrivateKey.generate(KeyAlgorithm.ED25519);
    TrustRoot.Log posing =
        new TrustRoot.Log(
            log.baseUrl(),
            other.publicKey(),
            log.scheme(),
            log.id(),
            log.validFor(),
            log.operator());
    assertTrue(LogCheck.verify(bundle, message, ForgedLog.root(posing), own).logged().isEmpty());
    TrustRoot.Log moved =
        new TrustRoot.Log(
            "https://other.example",
            log.key(),
            log.scheme(),
            log.id(),
            log.validFor(),
            log.operator());
    assertTrue(LogCheck.verify(bundle, message, ForgedLog.root(moved), own).logged().isEmpty());
    assertEquals(1, own.count());
    for (int i = 0; i < 5; i++) {
      own.put(Forge.digest("key " + i), new dev.assay.log.Checkpoint("o", 1, new byte[32]));
    }
    assertEquals(2, own.count());
    assertTrue(own.get(Forge.digest("key 4")).isPresent());
    assertTrue(own.get(Forge.digest("key 0")).isEmpty());
  }
}
