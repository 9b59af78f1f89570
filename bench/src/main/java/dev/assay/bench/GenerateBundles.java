package dev.assay.bench;

import dev.assay.lab.BundleDraft;
import dev.assay.lab.Lab;
import dev.assay.lab.LabBundle;
import dev.assay.lab.LabKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * {@code GenerateBundles DIR N [KIND]}: N artifacts in {@code DIR/dist}, each with a bundle of its
 * own beside it ({@code artifact-00000.bin} and {@code artifact-00000.bin.sigstore.json}), the
 * {@code DIR/trusted_root.json} that they verify with, and {@code DIR/key.pub} for managed keys.
 * KIND is {@code rekor1} (keyless, the default), {@code rekor2} (keyless), {@code dsse1}, {@code
 * dsse2}, or {@code key} (one managed key, no log).
 */
public final class GenerateBundles {

  /** When the generated bundles were signed. */
  static final Instant CLOCK = Instant.parse("2026-06-01T12:00:00Z");

  private GenerateBundles() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    if (args.length < 2 || args.length > 3) {
      System.err.println("usage: GenerateBundles DIR N [rekor1|rekor2|dsse1|dsse2|key]");
      System.exit(2);
    }
    Path folder = Files.createDirectories(Path.of(args[0]));
    Lab lab = Lab.at(CLOCK, 1);
    LabKey managed = lab.key(LabKey.Kind.P256);
    Files.write(folder.resolve("trusted_root.json"), lab.trustRoot().bytes());
    Files.writeString(folder.resolve("key.pub"), managed.pem());
    Path files = Files.createDirectories(folder.resolve("dist"));
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      String digits = Integer.toString(100_000 + i).substring(1);
      Path artifact = files.resolve("artifact-" + digits + ".bin");
      LabBundle bundle = draft(lab, args.length > 2 ? args[2] : "rekor1", managed, i).make();
      Files.write(artifact, bundle.artifact());
      Files.write(files.resolve(artifact.getFileName() + ".sigstore.json"), bundle.bytes());
    }
  }

  static BundleDraft draft(Lab lab, String kind, LabKey managed, int number) {
    byte[] artifact = ("artifact " + number + "\n").getBytes(StandardCharsets.UTF_8);
    BundleDraft draft = lab.bundle().artifact(artifact);
    return switch (kind) {
      case "rekor1" -> draft;
      case "rekor2" -> draft.rekorV2();
      case "dsse1" -> draft.provenance(artifact);
      case "dsse2" -> draft.provenance(artifact).rekorV2();
      case "key" -> draft.managed(managed).withoutLog();
      default -> throw new IllegalArgumentException("no such kind: " + kind);
    };
  }
}
