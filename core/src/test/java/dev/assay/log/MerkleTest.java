package dev.assay.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Fields;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MerkleTest {

  // A tree as RFC 6962 section 2.1 defines it, by recursion over the leaves.
  private static byte[] reference(List<byte[]> leaves) {
    if (leaves.isEmpty()) {
      return Merkle.emptyRoot();
    }
    if (leaves.size() == 1) {
      return leaves.getFirst();
    }
    int left = Integer.highestOneBit(leaves.size() - 1);
    return Merkle.nodeHash(
        reference(leaves.subList(0, left)), reference(leaves.subList(left, leaves.size())));
  }

  static List<byte[]> leaves(int count) {
    List<byte[]> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(Merkle.leafHash(("entry " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
    return out;
  }

  static HashReader reader(List<byte[]> leaves) {
    Map<String, byte[]> known = new HashMap<>();
    return (level, index) ->
        known.computeIfAbsent(
            level + "/" + index,
            k -> reference(leaves.subList((int) (index << level), (int) ((index + 1) << level))));
  }

  @Test
  void hashesTheEmptyTreeAndTheEmptyLeafAsRfc6962Does() {
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        Hex.encode(Merkle.emptyRoot()));
    assertEquals(
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        Hex.encode(Merkle.leafHash(new byte[0])));
  }

  @Test
  void everyProofOfEverySmallTreeVerifiesAndNoneForAnotherPlace() {
    List<byte[]> all = leaves(70);
    HashReader reader = reader(all);
    for (int size = 1; size <= all.size(); size++) {
      byte[] root = reference(all.subList(0, size));
      assertArrayEquals(root, Merkle.root(reader, size));
      for (int index = 0; index < size; index++) {
        List<byte[]> proof = Merkle.inclusionProof(reader, index, size);
        assertTrue(Merkle.verifyInclusion(index, size, all.get(index), proof, root));
        int other = (index + 1) % size;
        assertFalse(
            other != index && Merkle.verifyInclusion(other, size, all.get(index), proof, root));
        assertFalse(
            other != index && Merkle.verifyInclusion(index, size, all.get(other), proof, root));
      }
      for (int old = 1; old <= size; old++) {
        List<byte[]> proof = Merkle.consistencyProof(reader, old, size);
        byte[] oldRoot = reference(all.subList(0, old));
        assertTrue(Merkle.verifyConsistency(old, size, oldRoot, root, proof));
        if (old > 1) {
          byte[] wrong = reference(all.subList(0, old - 1));
          assertFalse(Merkle.verifyConsistency(old, size, wrong, root, proof));
          assertFalse(Merkle.verifyConsistency(old - 1, size, oldRoot, root, proof));
        }
      }
    }
  }

  @Test
  void aProofWithOneBitChangedOneHashMoreOrOneFewerDoesNotVerify() {
    List<byte[]> all = leaves(61);
    HashReader reader = reader(all);
    Random random = new Random(6962);
    byte[] root = Merkle.root(reader, 61);
    byte[] oldRoot = Merkle.root(reader, 37);
    for (int round = 0; round < 300; round++) {
      int index = random.nextInt(61);
      List<byte[]> inclusion = changed(Merkle.inclusionProof(reader, index, 61), random);
      assertFalse(Merkle.verifyInclusion(index, 61, all.get(index), inclusion, root));
      List<byte[]> consistency = changed(Merkle.consistencyProof(reader, 37, 61), random);
      assertFalse(Merkle.verifyConsistency(37, 61, oldRoot, root, consistency));
    }
  }

  private static List<byte[]> changed(List<byte[]> proof, Random random) {
    List<byte[]> out = new ArrayList<>(proof);
    int at = random.nextInt(out.size());
    switch (random.nextInt(4)) {
      case 0 -> out.remove(at);
      case 1 -> out.add(at, new byte[32]);
      case 2 -> out.set(at, new byte[31]);
      default -> {
        byte[] hash = out.get(at).clone();
        hash[random.nextInt(32)] ^= (byte) (1 << random.nextInt(8));
        out.set(at, hash);
      }
    }
    return out;
  }

  @Test
  void theEmptyTreeProvesNothing() {
    byte[] root = Merkle.root(reader(leaves(3)), 3);
    assertFalse(Merkle.verifyConsistency(0, 3, Merkle.emptyRoot(), root, List.of()));
    assertFalse(Merkle.verifyConsistency(0, 0, Merkle.emptyRoot(), Merkle.emptyRoot(), List.of()));
    assertThrows(
        IllegalArgumentException.class, () -> Merkle.consistencyProof(reader(leaves(3)), 0, 3));
  }

  @Test
  void hugeSizesEndAtOnce() {
    List<byte[]> proof = new ArrayList<>();
    for (int i = 0; i < 63; i++) {
      proof.add(new byte[32]);
    }
    byte[] hash = new byte[32];
    assertFalse(Merkle.verifyInclusion(Long.MAX_VALUE - 1, Long.MAX_VALUE, hash, proof, hash));
    assertFalse(Merkle.verifyConsistency(1L << 62, Long.MAX_VALUE, hash, hash, proof));
    assertFalse(Merkle.verifyInclusion(-1, 5, hash, proof, hash));
    assertFalse(Merkle.verifyInclusion(5, 5, hash, proof, hash));
  }

  @Test
  void agreesWithThePublicInclusionVectors() throws Exception {
    int seen = 0;
    for (Fields f : vectors("inclusion")) {
      boolean verified =
          Merkle.verifyInclusion(
              unsigned(f, "leafIdx"),
              unsigned(f, "treeSize"),
              bytes(f, "leafHash"),
              proof(f),
              bytes(f, "root"));
      assertEquals(!f.bool("wantErr", false), verified, f.string("desc"));
      seen++;
    }
    assertTrue(seen >= 60, seen + " vectors");
  }

  @Test
  void agreesWithThePublicConsistencyVectors() throws Exception {
    int seen = 0;
    for (Fields f : vectors("consistency")) {
      boolean verified =
          Merkle.verifyConsistency(
              unsigned(f, "size1"),
              unsigned(f, "size2"),
              bytes(f, "root1"),
              bytes(f, "root2"),
              proof(f));
      assertEquals(!f.bool("wantErr", false), verified, f.string("desc"));
      seen++;
    }
    assertTrue(seen >= 60, seen + " vectors");
  }

  private static List<Fields> vectors(String kind) throws Exception {
    List<Fields> out = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Corpus.folder("merkle").resolve(kind))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        out.add(Fields.of(Json.parse(Files.readAllBytes(file), 1 << 20), file.toString()));
      }
    }
    return out;
  }

  // The vectors have 64 bits without a sign; what we cannot count is out of range.
  private static long unsigned(Fields f, String name) {
    return f.required(name) instanceof Json.Num n
        ? Long.parseUnsignedLong(n.digits())
        : f.integer(name);
  }

  private static byte[] bytes(Fields f, String name) {
    return Base64.getDecoder().decode(f.optionalString(name).orElse(""));
  }

  private static List<byte[]> proof(Fields f) {
    return f.strings("proof", 1000).stream().map(Base64.getDecoder()::decode).toList();
  }
}
