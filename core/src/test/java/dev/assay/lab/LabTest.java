package dev.assay.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Json;
import dev.assay.log.Merkle;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The lab itself; that its bundles are good and bad as meant is told by others' verifiers. */
class LabTest {

  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  @Test
  void aSeedSaysEverything() {
    assertArrayEquals(
        Lab.at(NOW, 1).bundle().timestamp().make().bytes(),
        Lab.at(NOW, 1).bundle().timestamp().make().bytes());
    assertArrayEquals(Lab.at(NOW, 1).trustRoot().bytes(), Lab.at(NOW, 1).trustRoot().bytes());
    assertNotEquals(Lab.at(NOW, 1).trustRoot().json(), Lab.at(NOW, 2).trustRoot().json());
  }

  @Test
  void bundlesAreDistinct() {
    Lab lab = Lab.at(NOW, 3, LabKey.Kind.P256);
    Set<Object> keys = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      LabBundle bundle = lab.bundle().make();
      keys.add(bundle.key().hint());
      keys.add(Edits.get(bundle.json(), "verificationMaterial.tlogEntries.0.logIndex"));
      keys.add(Edits.get(bundle.json(), "verificationMaterial.certificate.rawBytes"));
    }
    assertEquals(60, keys.size());
  }

  @Test
  void proofsLeadToTheRoot() {
    for (long start : new long[] {0, 1 << 10, 5L << 20}) {
      LabTree tree = new LabTree(start, new SeededRandom(1));
      for (int i = 0; i < 70; i++) {
        byte[] entry = {(byte) i};
        long index = tree.append(entry);
        assertEquals(start + i, index);
        for (long at = Math.max(start, index - 9); at <= index; at++) {
          byte[] leaf = Merkle.leafHash(new byte[] {(byte) (at - start)});
          byte[] root = tree.root(index + 1);
          List<byte[]> proof = tree.proof(at, index + 1);
          assertTrue(Merkle.verifyInclusion(at, index + 1, leaf, proof, root));
          assertFalse(Merkle.verifyInclusion(at, index + 2, leaf, proof, tree.root(index)));
        }
      }
    }
  }

  @Test
  void editsReachEveryPlace() {
    LabBundle bundle = Lab.at(NOW, 4, LabKey.Kind.P256).bundle().make();
    String index = "verificationMaterial.tlogEntries.0.logIndex";
    assertEquals("7", Edits.text(bundle.with(index, "7").json(), index));
    assertFalse(
        bundle
            .without(index)
            .json()
            .compact()
            .contains("\"logIndex\":\"" + Edits.text(bundle.json(), index)));
    Json entry = Edits.get(bundle.json(), "verificationMaterial.tlogEntries.0");
    assertEquals(
        entry,
        Edits.get(
            bundle.with("verificationMaterial.tlogEntries.1", entry).json(),
            "verificationMaterial.tlogEntries.1"));
    String proof = "verificationMaterial.tlogEntries.0.inclusionProof.rootHash";
    assertNotEquals(bundle.json(), bundle.flip(proof, 9).json());
    assertEquals(bundle.json(), bundle.flip(proof, 9).flip(proof, 9).json());
  }

  @Test
  void everyKindOfKeySigns() {
    Lab lab = Lab.at(NOW, 5, LabKey.Kind.P256);
    for (LabKey.Kind kind : LabKey.Kind.values()) {
      if (kind == LabKey.Kind.RSA4096) {
        continue; // slow to make
      }
      LabBundle bundle = lab.bundle().managed(lab.key(kind)).withoutLog().make();
      assertTrue(bundle.signature().length > 60, kind.name());
    }
  }

  @Test
  void trustRootsAreMadeOfWindowsAndOperators() {
    Lab lab = Lab.at(NOW, 6, LabKey.Kind.P256);
    Json.Obj root =
        lab.trustRoot()
            .window(lab.rekorV1(), NOW, NOW.plus(Duration.ofDays(1)))
            .operator(lab.rekorV1(), "example.org")
            .withoutStart(lab.rekorV2())
            .without(lab.ctLog())
            .json();
    assertEquals("2026-06-02T12:00:00Z", Edits.text(root, "tlogs.0.publicKey.validFor.end"));
    assertEquals("example.org", Edits.text(root, "tlogs.0.operator"));
    assertEquals(Json.object().build(), Edits.get(root, "tlogs.1.publicKey.validFor"));
    assertEquals(Json.array(List.of()), Edits.get(root, "ctlogs"));
  }

  @Test
  void hybridsShareOneStatement() {
    Lab lab = Lab.at(NOW, 8, LabKey.Kind.P256);
    List<LabBundle> two =
        lab.hybrid(lab.key(LabKey.Kind.P256), lab.key(LabKey.Kind.ML_DSA_65), new byte[] {1});
    assertEquals(
        Edits.text(two.get(0).json(), "dsseEnvelope.payload"),
        Edits.text(two.get(1).json(), "dsseEnvelope.payload"));
    assertEquals(3309, two.get(1).signature().length);
  }
}
