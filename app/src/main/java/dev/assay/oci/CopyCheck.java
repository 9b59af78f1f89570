package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Asks a destination for everything that was copied to it: each manifest by its digest, each blob,
 * each listing of what refers to a manifest, each tag with evidence. A registry can take a push and
 * forget it, or keep it and list it for nobody; either way the image arrives as if it were
 * unsigned.
 */
final class CopyCheck {

  private static final int AT_ONCE = 8;
  private static final int ATTEMPTS = 4;
  private static final int SHOWN = 5;

  private final ImageStore store;
  private final List<String> missing = Collections.synchronizedList(new ArrayList<>());

  private CopyCheck(ImageStore store) {
    this.store = store;
  }

  /**
   * @throws AssayException with {@link Code#EVIDENCE_LOST} if something is not there, and as the
   *     store throws: what cannot be asked is not lost, and not there either
   */
  static void check(ImageTree tree, ImageStore store) throws IOException {
    List<String> missing = List.of();
    // Some registries list what was just pushed a moment later.
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) {
        pause(attempt);
      }
      missing = missing(tree, store);
      if (missing.isEmpty()) {
        return;
      }
    }
    throw new AssayException(
        Code.EVIDENCE_LOST,
        Text.printable(store.name())
            + " took the copy and does not have all of it: "
            + String.join("; ", missing.stream().limit(SHOWN).toList())
            + (missing.size() > SHOWN ? "; and " + (missing.size() - SHOWN) + " more" : ""),
        "no tag was set; copy to a registry that keeps what refers to an image, or to an archive");
  }

  private static void pause(int attempt) {
    try {
      Thread.sleep(100L << attempt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssayException(Code.UNREACHABLE, "interrupted while copying", e);
    }
  }

  /** What is not there, one line each. */
  static List<String> missing(ImageTree tree, ImageStore store) throws IOException {
    CopyCheck check = new CopyCheck(store);
    List<ImageTree> all = tree.all();
    Together.run(AT_ONCE, all, check::one);
    Set<Digest> seen = new HashSet<>();
    List<Descriptor> blobs = new ArrayList<>();
    all.forEach(t -> t.blobs().stream().filter(b -> seen.add(b.digest())).forEach(blobs::add));
    Together.run(AT_ONCE, blobs, check::blob);
    return check.missing.stream().sorted().toList();
  }

  private void one(ImageTree tree) {
    // What lies under a tag may have grown there; it is asked for by its tag, below.
    if (tree.how() != ImageTree.How.TAG && store.find(tree.digest().toString()).isEmpty()) {
      missing.add("the manifest " + tree.digest());
    }
    Set<Digest> listed = new HashSet<>();
    if (tree.attached.stream().anyMatch(a -> a.how() == ImageTree.How.REFERRER)) {
      store.referrers(tree.digest(), Optional.empty()).found().forEach(d -> listed.add(d.digest()));
    }
    for (ImageTree attached : tree.attached) {
      String word = EvidenceKind.of(attached).word();
      if (attached.how() == ImageTree.How.REFERRER) {
        if (!listed.contains(attached.digest())) {
          missing.add(
              word + " " + attached.digest() + " is not listed for " + tree.digest().brief());
        }
      } else if (!holds(attached)) {
        missing.add(word + " under the tag " + attached.tag().orElseThrow());
      }
    }
  }

  private boolean holds(ImageTree attached) {
    return store
        .find(attached.tag().orElseThrow())
        .filter(s -> covers(s, attached.stored()))
        .isPresent();
  }

  /** Whether what lies under a tag is the manifest, or one with all of its layers and more. */
  static boolean covers(StoredManifest there, StoredManifest wanted) {
    return there.descriptor().digest().equals(wanted.descriptor().digest())
        || there.content() instanceof Manifest t
            && wanted.content() instanceof Manifest w
            && t.layers().containsAll(w.layers());
  }

  private void blob(Descriptor blob) {
    if (!store.hasBlob(blob.digest())) {
      missing.add("the blob " + blob.digest());
    }
  }
}
