package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads an {@link ImageTree}, level by level, several manifests at a time. It is whole or it is not
 * there: a listing that cannot be fetched, or names a manifest that the store does not have, is an
 * error and never "nothing hangs on it".
 */
public final class ImageTreeReader {

  /** What cosign adds to the tag that is made of a digest. */
  static final List<String> TAG_ENDINGS = List.of(".sig", ".att", ".sbom");

  private static final int AT_ONCE = 8;

  private final ImageStore store;
  private final boolean evidence;
  private final Set<Digest> seen = new HashSet<>();
  private final AtomicLong bytes = new AtomicLong();
  private int count;

  private ImageTreeReader(ImageStore store, boolean evidence) {
    this.store = store;
    this.evidence = evidence;
  }

  /**
   * @param evidence whether what hangs on the manifests is looked for
   * @throws AssayException with {@link Code#NOT_FOUND} if the image is not there, {@link
   *     Code#CONTENT_MISSING} if it or its evidence is not whole, {@link Code#TOO_MANY} or {@link
   *     Code#TOO_LARGE} beyond {@link Limits#TREE_MANIFESTS}, {@link Limits#TREE_BYTES} and {@link
   *     Limits#TREE_DEPTH}, and as the store throws
   */
  public static ImageTree read(ImageStore store, String tagOrDigest, boolean evidence) {
    return read(store, store.manifest(tagOrDigest), evidence);
  }

  /** As {@link #read(ImageStore, String, boolean)}, where the manifest was fetched already. */
  public static ImageTree read(ImageStore store, StoredManifest root, boolean evidence) {
    try {
      return new ImageTreeReader(store, evidence).read(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Step(ImageTree tree, List<ImageTree> found) {}

  private ImageTree read(StoredManifest root) throws IOException {
    ImageTree tree = new ImageTree(ImageTree.How.ROOT, root.descriptor(), Optional.empty(), root);
    admit(tree);
    List<ImageTree> level = List.of(tree);
    for (int depth = 0; !level.isEmpty(); depth++) {
      if (depth > Limits.TREE_DEPTH) {
        throw new AssayException(
            Code.TOO_MANY,
            "what hangs on the image is deeper than " + Limits.TREE_DEPTH + " levels");
      }
      List<Step> steps = level.stream().map(t -> new Step(t, new ArrayList<>())).toList();
      Together.run(AT_ONCE, steps, this::open);
      List<ImageTree> next = new ArrayList<>();
      for (Step step : steps) {
        for (ImageTree found : step.found()) {
          (found.how() == ImageTree.How.PART ? step.tree().parts : step.tree().attached).add(found);
          if (admit(found)) {
            next.add(found);
          }
        }
      }
      level = next;
    }
    return tree;
  }

  private boolean admit(ImageTree tree) {
    if (++count > Limits.TREE_MANIFESTS) {
      throw new AssayException(
          Code.TOO_MANY,
          "the image and what hangs on it are more than "
              + Limits.TREE_MANIFESTS
              + " manifests in "
              + Text.printable(store.name()));
    }
    tree.repeated = !seen.add(tree.digest());
    return !tree.repeated;
  }

  private void open(Step step) {
    ImageTree tree = step.tree();
    if (tree.content() instanceof Index index) {
      if (index.manifests().size() > Limits.TREE_MANIFESTS) {
        throw new AssayException(
            Code.TOO_MANY, "an index of " + index.manifests().size() + " manifests");
      }
      for (Descriptor child : index.manifests()) {
        if (ImageTree.isManifest(child)) {
          step.found().add(part(child));
        }
      }
    }
    if (evidence) {
      referrers(step);
      tags(step);
    }
  }

  private ImageTree part(Descriptor child) {
    StoredManifest stored =
        store
            .find(child.digest().toString())
            .orElseThrow(() ->
                new AssayException(
                    Code.CONTENT_MISSING,
                    "the index lists "
                        + child.digest()
                        + ", which "
                        + Text.printable(store.name())
                        + " does not have"));
    return tree(ImageTree.How.PART, child, Optional.empty(), stored);
  }

  private ImageTree tree(
      ImageTree.How how, Descriptor listed, Optional<String> tag, StoredManifest stored) {
    if (listed.size() != stored.bytes().length) {
      throw new AssayException(
          Code.SIZE_MISMATCH,
          listed.digest().brief()
              + " is listed with "
              + listed.size()
              + " bytes, has "
              + stored.bytes().length);
    }
    if (bytes.addAndGet(stored.bytes().length) > Limits.TREE_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE,
          "the manifests of the image and of what hangs on it have more than "
              + Limits.TREE_BYTES
              + " bytes");
    }
    return new ImageTree(how, listed, tag, stored);
  }

  private void referrers(Step step) {
    Digest subject = step.tree().digest();
    Referrers listed = store.referrers(subject, Optional.empty());
    step.tree().source = Optional.of(listed.source());
    Map<Digest, Descriptor> all = new LinkedHashMap<>();
    listed.found().forEach(d -> all.put(d.digest(), d));
    // Left out by the listing for one reason or another; looked at again, since what is missing
    // here is missing from the copy.
    listed.rejected().forEach(r -> all.putIfAbsent(r.descriptor().digest(), r.descriptor()));
    for (Descriptor referrer : all.values()) {
      referrer(step, subject, referrer);
    }
  }

  private void referrer(Step step, Digest subject, Descriptor referrer) {
    StoredManifest stored =
        store
            .find(referrer.digest().toString())
            .orElseThrow(() ->
                new AssayException(
                    Code.CONTENT_MISSING,
                    Text.printable(store.name())
                        + " lists "
                        + referrer.digest()
                        + " as referring to "
                        + subject.brief()
                        + ", and does not have it",
                    "delete it from the list, or leave evidence behind with --no-evidence"));
    Content content = stored.content();
    if (content.subject().filter(s -> s.digest().equals(subject)).isEmpty()) {
      step.tree()
          .skipped
          .add(referrer.digest().brief() + " is listed as referring to this; its subject is not");
      return;
    }
    Descriptor complete =
        stored
            .descriptor()
            .withArtifactType(content.effectiveArtifactType())
            .withAnnotations(content.annotations());
    step.found().add(tree(ImageTree.How.REFERRER, complete, Optional.empty(), stored));
  }

  private void tags(Step step) {
    for (String ending : TAG_ENDINGS) {
      String tag = RemoteReferrers.fallbackTag(step.tree().digest()) + ending;
      if (Names.isTag(tag)) {
        store
            .find(tag)
            .ifPresent(stored ->
                step.found()
                    .add(tree(ImageTree.How.TAG, stored.descriptor(), Optional.of(tag), stored)));
      }
    }
  }

  /** Whether a tag is one of those that hold evidence, or lists of it. */
  public static boolean isEvidenceTag(String tag) {
    String digest = tag;
    for (String ending : TAG_ENDINGS) {
      if (tag.endsWith(ending)) {
        digest = tag.substring(0, tag.length() - ending.length());
      }
    }
    return Digest.isDigest(digest.replaceFirst("-", ":"));
  }
}
