package dev.assay.cli;

import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.oci.ArchiveWriter;
import dev.assay.oci.CopyReport;
import dev.assay.oci.Descriptor;
import dev.assay.oci.EvidenceKind;
import dev.assay.oci.ImageArchive;
import dev.assay.oci.ImageCopy;
import dev.assay.oci.ImageStore;
import dev.assay.oci.ImageTree;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Copies several images from one store to another, and says what was copied. */
final class Copies {

  private Copies() {}

  /**
   * An image that is to be copied.
   *
   * @param identifier what it was asked for by
   * @param name the tag of the copy
   */
  record Wanted(String identifier, ImageTree tree, Optional<String> name) {}

  /**
   * An image that was copied.
   *
   * @param skipped what the source lists as evidence and is about something else
   */
  record Copied(Optional<String> name, CopyReport report, List<String> skipped) {

    void print(ImageLocation to, boolean evidence, boolean dry, PrintStream out) {
      out.println(
          (dry ? "would copy  " : "copied  ") + at(to) + name.map(n -> "  as " + n).orElse(""));
      out.println(
          "  "
              + Outputs.count(report.manifests(), "manifest")
              + there(report.manifestsThere())
              + ", "
              + Outputs.count(report.blobs(), "blob")
              + there(report.blobsThere())
              + (dry ? ", " : ", sent ")
              + megabytes(report.bytes()));
      if (evidence) {
        out.println(
            "  evidence: "
                + evidence(report.evidence())
                + (dry || report.evidence().isEmpty() ? "" : "; all of it is at the destination"));
      } else {
        out.println("  evidence: not copied (--no-evidence)");
      }
      skipped.forEach(s -> out.println("  left out: " + Text.printable(s)));
    }

    private String at(ImageLocation to) {
      return to.at(report.image().digest());
    }

    Json json(ImageLocation to, boolean evidence, boolean dry) {
      Json.Builder pieces = Json.object();
      for (EvidenceKind kind : EvidenceKind.values()) {
        pieces.put(kind.word().toLowerCase(Locale.ROOT), report.evidence().getOrDefault(kind, 0));
      }
      return Json.object()
          .put("image", at(to))
          .put("digest", report.image().digest().toString())
          .putIf("tag", name)
          .put("manifests", report.manifests())
          .put("manifestsThere", report.manifestsThere())
          .put("blobs", report.blobs())
          .put("blobsThere", report.blobsThere())
          .put("bytes", report.bytes())
          .put("evidence", pieces)
          .put("evidenceChecked", evidence && !dry)
          .put("leftOut", Json.strings(skipped))
          .build();
    }
  }

  private static String there(int count) {
    return count == 0 ? "" : " (" + count + " there already)";
  }

  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  /** {@code 2 signatures, 1 SBOM}; {@code none}. */
  static String evidence(Map<EvidenceKind, Integer> pieces) {
    List<String> words = new ArrayList<>();
    for (EvidenceKind kind : EvidenceKind.values()) {
      int count = pieces.getOrDefault(kind, 0);
      if (count > 0) {
        words.add(
            kind == EvidenceKind.OTHER ? count + " other" : Outputs.count(count, kind.word()));
      }
    }
    return words.isEmpty() ? "none" : String.join(", ", words);
  }

  /** What a copy would be. */
  static Copied planned(Wanted wanted) {
    List<ImageTree> all = wanted.tree().all();
    List<Descriptor> blobs = ImageCopy.blobs(all);
    return new Copied(
        wanted.name(),
        new CopyReport(
            wanted.tree().descriptor(),
            all.size(),
            0,
            blobs.size(),
            0,
            blobs.stream().mapToLong(Descriptor::size).sum(),
            ImageCopy.pieces(all)),
        skipped(all));
  }

  private static List<String> skipped(List<ImageTree> all) {
    return all.stream().flatMap(t -> t.skipped().stream()).toList();
  }

  /** Copies all of them; a target that is an archive gets its name at the end. */
  static List<Copied> run(
      ImageStore source,
      ImageStore target,
      List<Wanted> wanted,
      boolean evidence,
      ProgressBar progress)
      throws IOException {
    try {
      List<Copied> done = new ArrayList<>();
      for (Wanted w : wanted) {
        done.add(one(source, target, w, evidence, progress));
      }
      finish(target, evidence ? wanted.stream().map(Wanted::tree).toList() : List.of());
      return done;
    } finally {
      discard(target);
    }
  }

  static Copied one(
      ImageStore source, ImageStore target, Wanted wanted, boolean evidence, ProgressBar progress)
      throws IOException {
    CopyReport report =
        new ImageCopy(source, target, evidence, progress).copy(wanted.tree(), wanted.name());
    return new Copied(wanted.name(), report, skipped(wanted.tree().all()));
  }

  /** Completes an archive, reads it back, and gives it its name when everything is in it. */
  static void finish(ImageStore target, List<ImageTree> trees) throws IOException {
    if (target instanceof ArchiveWriter archive) {
      ImageArchive written = archive.seal();
      for (ImageTree tree : trees) {
        ImageCopy.check(tree, written);
      }
      archive.finish();
    }
  }

  static void discard(ImageStore target) throws IOException {
    if (target instanceof ArchiveWriter archive) {
      archive.close();
    }
  }
}
