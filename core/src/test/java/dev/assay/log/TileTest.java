package dev.assay.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TileTest {

  private static void assertCode(Code code, org.junit.jupiter.api.function.Executable call) {
    assertEquals(code, assertThrows(AssayException.class, call).code());
  }

  @Test
  void pathsAreThoseOfTheSpecification() {
    Map<String, Tile> paths =
        Map.of(
            "tile/0/000", new Tile(0, 0, 256),
            "tile/0/000.p/1", new Tile(0, 0, 1),
            "tile/1/999.p/255", new Tile(1, 999, 255),
            "tile/0/x001/000", new Tile(0, 1000, 256),
            "tile/0/x001/x234/067", new Tile(0, 1_234_067, 256),
            "tile/3/x001/x234/067.p/8", new Tile(3, 1_234_067, 8));
    paths.forEach((path, tile) -> {
      assertEquals(path, tile.path());
      assertEquals(tile, Tile.parse(path));
    });
    assertEquals("tile/entries/x001/x234/067.p/8", new Tile(0, 1_234_067, 8).entriesPath());
    assertEquals(new Tile(0, 1_234_067, 8), Tile.parseEntries("tile/entries/x001/x234/067.p/8"));
    Random random = new Random(5);
    for (int i = 0; i < 1_000; i++) {
      int level = random.nextInt(7);
      long index = random.nextLong(Tile.count(level, Long.MAX_VALUE) / 256 + 1);
      Tile tile = new Tile(level, index >>> random.nextInt(40), 1 + random.nextInt(256));
      assertEquals(tile, Tile.parse(tile.path()));
    }
  }

  @Test
  void otherSpellingsAreRefused() {
    for (String bad :
        List.of(
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/8/000",
            "tile/-1/000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/000.p/0",
            "tile/0/000.p/00",
            "tile/0/000.p/01",
            "tile/0/000.p/256",
            "tile/0/000.p/-1",
            "tile/0/000.p/",
            "tile/0/+00",
            "tile/0/-01",
            "tile/0/\u0661\u0661\u0661",
            "tile/0/../000",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "tile/0/" + "x999/".repeat(50) + "999",
            "tile/7/001",
            "tile/entries/000")) {
      assertCode(Code.BAD_TILE, () -> Tile.parse(bad));
    }
    assertCode(Code.BAD_TILE, () -> Tile.parseEntries("tile/0/000"));
  }

  @Test
  void theEdgeOfTheSpecificationsExampleIsAsItSays() {
    assertEquals(
        List.of(new Tile(0, 273, 112), new Tile(1, 1, 17), new Tile(2, 0, 1)), Tile.edge(70_000));
    assertEquals(List.of(new Tile(1, 0, 1)), Tile.edge(256));
    assertEquals(List.of(), Tile.edge(0));
  }

  @Test
  void bundlesAreFramedByLengthAndRefusedWhenCutOffOrLonger() {
    Random random = new Random(16);
    List<byte[]> entries = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      byte[] entry = new byte[random.nextInt(40)];
      random.nextBytes(entry);
      entries.add(entry);
    }
    entries.add(new byte[65_535]);
    byte[] bundle = EntryBundle.encode(entries);
    List<byte[]> read = EntryBundle.parse(bundle, 7);
    for (int i = 0; i < 7; i++) {
      assertArrayEquals(entries.get(i), read.get(i));
    }
    for (int cut = 0; cut < bundle.length; cut += cut < 300 ? 1 : 997) {
      byte[] shorter = Arrays.copyOf(bundle, cut);
      assertCode(Code.BAD_TILE, () -> EntryBundle.parse(shorter, 7));
    }
    assertCode(Code.BAD_TILE, () -> EntryBundle.parse(Arrays.copyOf(bundle, bundle.length + 1), 7));
    assertCode(Code.BAD_TILE, () -> EntryBundle.parse(bundle, 6));
    assertCode(Code.BAD_TILE, () -> EntryBundle.parseAll(new byte[2 * 257]));
    assertThrows(
        IllegalArgumentException.class, () -> EntryBundle.encode(List.of(new byte[65_536])));
  }

  @Test
  void aTreeOfTilesGivesTheProofsOfTheTreeOfLeavesAtEverySize() {
    List<byte[]> leaves = MerkleTest.leaves(1_100);
    HashReader reference = MerkleTest.reader(leaves);
    Map<String, byte[]> stored = new HashMap<>();
    TreeBuilder builder = new TreeBuilder();
    Random random = new Random(8);
    for (int i = 0; i < leaves.size(); i++) {
      builder.add(leaves.get(i)).forEach(t -> stored.put(t.tile().path(), t.bytes()));
      int size = i + 1;
      if (size % 256 > 2 && random.nextInt(40) != 0) {
        continue;
      }
      builder.edge().forEach(t -> stored.put(t.tile().path(), t.bytes()));
      byte[] root = Merkle.root(reference, size);
      assertArrayEquals(root, builder.root());
      TileTree tree = new TileTree(size, root, t -> stored.getOrDefault(t.path(), new byte[0]));
      assertArrayEquals(root, TreeBuilder.from(tree).root());
      for (int k = 0; k < 10; k++) {
        int index = random.nextInt(size);
        int smaller = index + 1 + random.nextInt(size - index);
        assertProof(
            Merkle.inclusionProof(reference, index, smaller),
            Merkle.inclusionProof(tree, index, smaller));
        assertProof(
            Merkle.consistencyProof(reference, index + 1, smaller),
            Merkle.consistencyProof(tree, index + 1, smaller));
      }
    }
  }

  private static void assertProof(List<byte[]> expected, List<byte[]> found) {
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), found.get(i));
    }
  }

  @Test
  void noHashOfAChangedTileLeavesTheTree() {
    List<byte[]> leaves = MerkleTest.leaves(700);
    Map<String, byte[]> stored = new HashMap<>();
    TreeBuilder builder = new TreeBuilder();
    leaves.forEach(l -> builder.add(l).forEach(t -> stored.put(t.tile().path(), t.bytes())));
    builder.edge().forEach(t -> stored.put(t.tile().path(), t.bytes()));
    assertTrue(stored.containsKey("tile/0/002.p/188"), stored.keySet().toString());
    Random random = new Random(12);
    for (String path : List.copyOf(stored.keySet())) {
      for (int round = 0; round < 20; round++) {
        Map<String, byte[]> changed = new HashMap<>(stored);
        byte[] bytes = stored.getOrDefault(path, new byte[0]).clone();
        if (round == 0) {
          bytes = Arrays.copyOf(bytes, bytes.length - 1);
        } else if (round == 1) {
          bytes = Arrays.copyOf(bytes, bytes.length + 32);
        } else {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        changed.put(path, bytes);
        assertCode(
            Code.BAD_TILE,
            () -> {
              TileTree tree =
                  new TileTree(
                      700, builder.root(), t -> changed.getOrDefault(t.path(), new byte[0]));
              for (int bundle = 0; bundle < 3; bundle++) {
                tree.leafHashes(bundle);
              }
            });
      }
    }
  }
}
