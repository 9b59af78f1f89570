package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.oci.Descriptor;
import dev.assay.oci.EvidenceKind;
import dev.assay.oci.ImageTree;
import dev.assay.oci.Index;
import dev.assay.oci.Platform;
import dev.assay.verify.Check;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Shows an {@link ImageTree} with its evidence, for people and as JSON. One thing after the other
 * is read and shown: evidence may be large.
 */
final class TreeReport {

  private static final String CREATED = "org.opencontainers.image.created";

  /** Of what hangs on one manifest, for people. */
  private static final int MOST_SHOWN = 50;

  private final TreeEvidence evidence;
  private final boolean tried;
  private final boolean full;
  private Code.Exit worst = Code.Exit.OK;

  /**
   * @param tried whether signers are tried on the evidence
   */
  TreeReport(TreeEvidence evidence, boolean tried, boolean full) {
    this.evidence = evidence;
    this.tried = tried;
    this.full = full;
  }

  /** How the command ends: like the worst evidence that could not be read. */
  Code.Exit worst() {
    return worst;
  }

  private String shown(Digest digest) {
    return full ? digest.toString() : digest.brief();
  }

  // ---- for people

  void print(String name, ImageTree tree, PrintStream out) {
    out.println(Text.printable(name));
    print(tree, "", out);
    out.println(
        tried
            ? "marked is what one of the signers named made; the rest is what it says of itself"
            : "nothing was verified: all of this is what the evidence says of itself");
  }

  private void print(ImageTree tree, String indent, PrintStream out) {
    out.println(indent + title(tree));
    below(tree, indent + "  ", out);
  }

  private void below(ImageTree tree, String indent, PrintStream out) {
    tree.skipped().forEach(s -> out.println(indent + "left out: " + Text.printable(s)));
    int count = 0;
    for (ImageTree attached : tree.attached()) {
      if (++count > MOST_SHOWN) {
        out.println(indent + "and " + (tree.attached().size() - MOST_SHOWN) + " more (-o json)");
        break;
      }
      attached(attached, tree.digest(), indent, out);
    }
    if (tree.how() != ImageTree.How.REFERRER
        && tree.how() != ImageTree.How.TAG
        && tree.attached().isEmpty()
        && !tree.repeated()) {
      out.println(indent + "nothing hangs on it");
    }
    tree.parts().forEach(p -> print(p, indent, out));
  }

  private String title(ImageTree tree) {
    String what =
        tree.content() instanceof Index index
            ? "index of " + Outputs.count(index.manifests().size(), "manifest")
            : "image, " + Copies.megabytes(size(tree));
    String platform =
        tree.how() == ImageTree.How.PART
            ? tree.listed().platform().map(Platform::toString).orElse("no platform") + "  "
            : "";
    return Text.printable(
        platform + shown(tree.digest()) + "  " + what + (tree.repeated() ? "  (as above)" : ""));
  }

  private static long size(ImageTree tree) {
    return tree.content().references().stream().mapToLong(Descriptor::size).sum();
  }

  private void attached(ImageTree attached, Digest subject, String indent, PrintStream out) {
    List<TreeEvidence.Piece> pieces = read(attached, subject);
    out.println(indent + Text.printable(heading(attached)));
    String inner = indent + "  ";
    for (TreeEvidence.Piece piece : pieces) {
      String origin = piece.origin().isEmpty() ? "" : piece.origin() + ": ";
      if (piece.failure().isPresent()) {
        AssayException e = piece.failure().get();
        out.println(
            inner
                + Text.printable(
                    origin + "cannot be read: " + e.code().id() + " " + e.getMessage()));
        continue;
      }
      out.println(inner + "says      " + Text.printable(origin + claims(piece)));
      piece.check().ifPresent(c -> out.println(inner + Text.printable(mark(c))));
    }
    out.println(inner + "read by   " + TreeEvidence.readers(attached, pieces));
    below(attached, inner, out);
  }

  private String heading(ImageTree attached) {
    StringBuilder line = new StringBuilder(EvidenceKind.of(attached).word());
    line.append("  ").append(shown(attached.digest()));
    if (attached.tag().isPresent()) {
      String tag = attached.tag().get();
      line.append("  tag ").append(full ? tag : "…" + tag.substring(tag.lastIndexOf('.')));
    } else {
      line.append("  ").append(attached.content().effectiveArtifactType().orElse("no type"));
    }
    EvidenceKind.predicateType(attached).ifPresent(t -> line.append("  says ").append(t));
    line.append("  ").append(size(attached)).append(" bytes");
    created(attached).ifPresent(c -> line.append("  says created ").append(c));
    return line.toString();
  }

  private static Optional<String> created(ImageTree attached) {
    return Optional.ofNullable(attached.content().annotations().get(CREATED));
  }

  private static String claims(TreeEvidence.Piece piece) {
    Json.Obj says = BundleDescription.of(piece.read().orElseThrow());
    return TreeClaims.of(says);
  }

  private static String mark(Check check) {
    return check.passed()
        ? "✓ made by  " + check.detail()
        : "✗ not by a signer named: "
            + check.code().map(c -> c.id() + " ").orElse("")
            + check.detail();
  }

  private List<TreeEvidence.Piece> read(ImageTree attached, Digest subject) {
    List<TreeEvidence.Piece> pieces = evidence.of(attached, subject);
    for (TreeEvidence.Piece piece : pieces) {
      piece.failure().ifPresent(e -> worst = worst.worse(e.code().exit()));
    }
    return pieces;
  }

  // ---- as JSON

  Json json(String name, ImageTree tree) {
    Json.Builder out =
        Json.object()
            .put("apiVersion", "assay.dev/tree/v1")
            .put("image", name)
            .put("verified", tried ? "where marked" : "nothing");
    return out.put("tree", node(tree)).build();
  }

  private Json.Builder node(ImageTree tree) {
    Json.Builder out =
        Json.object()
            .put("digest", tree.digest().toString())
            .put("mediaType", tree.descriptor().mediaType())
            .put("size", size(tree));
    tree.listed().platform().ifPresent(p -> out.put("platform", p.toString()));
    if (tree.repeated()) {
      return out.put("repeated", true);
    }
    tree.source().ifPresent(s -> out.put("listedBy", s.name().toLowerCase(java.util.Locale.ROOT)));
    List<Json> attached = new ArrayList<>();
    for (ImageTree a : tree.attached()) {
      attached.add(attached(a, tree.digest()));
    }
    out.put("attached", attached);
    if (!tree.skipped().isEmpty()) {
      out.put("leftOut", Json.strings(tree.skipped()));
    }
    if (!tree.parts().isEmpty()) {
      List<Json> parts = new ArrayList<>();
      tree.parts().forEach(p -> parts.add(node(p).build()));
      out.put("manifests", parts);
    }
    return out;
  }

  private Json attached(ImageTree attached, Digest subject) {
    List<TreeEvidence.Piece> pieces = read(attached, subject);
    Json.Builder out = node(attached);
    out.put("kind", EvidenceKind.of(attached).word());
    out.putIf("artifactType", attached.content().effectiveArtifactType());
    out.putIf("tag", attached.tag());
    Json.Builder claimed = Json.object();
    claimed.putIf("created", created(attached));
    claimed.putIf("predicateType", EvidenceKind.predicateType(attached));
    out.put("says", claimed);
    out.put("readBy", TreeEvidence.readers(attached, pieces));
    List<Json> list = new ArrayList<>();
    for (TreeEvidence.Piece piece : pieces) {
      Json.Builder one = Json.object();
      piece.read().ifPresent(r -> one.put("says", BundleDescription.of(r)));
      piece
          .failure()
          .ifPresent(
              e -> one.put("code", e.code().id()).put("problem", String.valueOf(e.getMessage())));
      piece
          .check()
          .ifPresent(c -> {
            one.put("verified", c.passed()).put("detail", c.detail());
            c.code().ifPresent(code -> one.put("code", code.id()));
          });
      list.add(one.build());
    }
    return out.put("pieces", list).build();
  }
}
