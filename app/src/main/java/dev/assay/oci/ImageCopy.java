package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.net.ByteSource;
import dev.assay.net.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies an image from one store to another: for an index every manifest it lists, for a manifest
 * config and layers, several at a time; with evidence also what hangs on each of them, and what
 * hangs on that. Everything is hashed on the way; the digest does not change. What comes first
 * rests on nothing. With evidence the destination is asked for all of it before the tag is set,
 * which is last: a copy that breaks off or loses something leaves no image under its name.
 *
 * <p>What the destination has is not sent again, so a copy that broke off is gone on with by
 * starting it anew.
 */
public final class ImageCopy {

  private static final int AT_ONCE = 4;

  private final ImageStore from;
  private final ImageStore to;

  // Where the copy is looked for: never a mirror of the destination.
  private final ImageStore there;
  private final boolean evidence;
  private final Progress progress;
  private final Map<Digest, Set<Digest>> listedThere = new ConcurrentHashMap<>();
  private final AtomicInteger manifestsThere = new AtomicInteger();
  private final AtomicInteger blobsThere = new AtomicInteger();
  private final AtomicLong sent = new AtomicLong();

  /**
   * @param evidence whether what hangs on the image is copied with it
   */
  public ImageCopy(ImageStore from, ImageStore to, boolean evidence) {
    this(from, to, evidence, Progress.NONE);
  }

  /**
   * @param progress is told bytes
   */
  public ImageCopy(ImageStore from, ImageStore to, boolean evidence, Progress progress) {
    this.from = from;
    this.to = to;
    this.there = to instanceof RemoteRepository remote ? remote.here() : to;
    this.evidence = evidence;
    this.progress = progress;
  }

  /**
   * @param tag what the copy is called
   * @throws AssayException with {@link Code#NOT_FOUND} or {@link Code#CONTENT_MISSING} if the image
   *     is not there or not whole, as {@link #copy(ImageTree, Optional)} does, and as both stores
   *     throw
   */
  public Descriptor copy(String tagOrDigest, Optional<String> tag) throws IOException {
    return copy(ImageTreeReader.read(from, tagOrDigest, evidence), tag).image();
  }

  /**
   * @param tree of the store to copy from
   * @throws AssayException with {@link Code#EVIDENCE_LOST} if the destination does not have it all
   *     afterwards, with {@link Code#EVIDENCE_CONFLICT} if it has evidence of its own that would be
   *     overwritten
   */
  public CopyReport copy(ImageTree tree, Optional<String> tag) throws IOException {
    List<ImageTree> all = tree.all();
    List<Descriptor> blobs = blobs(all);
    copyBlobs(blobs);
    // An archive has one listing, written at its end, and is checked when it is complete.
    boolean atOnce = to instanceof ArchiveWriter || !evidence;
    TreeMap<Integer, List<ImageTree>> ranks = new TreeMap<>();
    rank(tree, 0, ranks);
    for (List<ImageTree> rank : ranks.values()) {
      Together.run(
          to instanceof ArchiveWriter ? 1 : AT_ONCE,
          rank,
          t -> writeManifest(t, t == tree && atOnce ? tag : t.tag()));
    }
    if (!atOnce) {
      CopyCheck.check(tree, there);
      if (tag.isPresent()) {
        write(tree.stored(), tag);
      }
    }
    return new CopyReport(
        tree.descriptor().bare(),
        all.size(),
        manifestsThere.get(),
        blobs.size(),
        blobsThere.get(),
        sent.get(),
        pieces(all));
  }

  /**
   * Asks a store for everything that was copied into it.
   *
   * @throws AssayException as {@link #copy(ImageTree, Optional)}
   */
  public static void check(ImageTree tree, ImageStore copy) throws IOException {
    CopyCheck.check(tree, copy);
  }

  /** How many pieces of each kind hang on the manifests. */
  public static Map<EvidenceKind, Integer> pieces(List<ImageTree> all) {
    Map<EvidenceKind, Integer> out = new EnumMap<>(EvidenceKind.class);
    for (ImageTree tree : all) {
      for (ImageTree attached : tree.attached) {
        out.merge(EvidenceKind.of(attached), EvidenceKind.pieces(attached), Integer::sum);
      }
    }
    return out;
  }

  /** The blobs of the manifests, each once. */
  public static List<Descriptor> blobs(List<ImageTree> all) {
    Set<Digest> seen = new HashSet<>();
    List<Descriptor> out = new ArrayList<>();
    for (ImageTree tree : all) {
      for (Descriptor blob : tree.blobs()) {
        if (seen.add(blob.digest())) {
          out.add(blob);
        }
      }
    }
    return out;
  }

  // ---- manifests

  /** What is written when: parts before their index, what is attached after its subject. */
  private static int rank(ImageTree tree, int least, Map<Integer, List<ImageTree>> ranks) {
    int own = least;
    if (!tree.repeated) {
      for (ImageTree part : tree.parts) {
        own = Math.max(own, rank(part, 0, ranks) + 1);
      }
      ranks.computeIfAbsent(own, r -> new ArrayList<>()).add(tree);
      for (ImageTree attached : tree.attached) {
        rank(attached, own + 1, ranks);
      }
    }
    return own;
  }

  private void writeManifest(ImageTree tree, Optional<String> tag) {
    if (evidence && isThere(tree, tag)) {
      manifestsThere.incrementAndGet();
      return;
    }
    write(tree.stored(), tag);
  }

  private void write(StoredManifest stored, Optional<String> tag) {
    Descriptor written = to.writeManifest(stored.bytes(), stored.descriptor().mediaType(), tag);
    if (!written.digest().equals(stored.descriptor().digest())) {
      throw new AssayException(
          Code.DIGEST_MISMATCH,
          "the copy has the digest " + written.digest() + ", not " + stored.descriptor().digest());
    }
  }

  private boolean isThere(ImageTree tree, Optional<String> tag) {
    if (tree.how() == ImageTree.How.TAG) {
      String name = tag.orElseThrow();
      Optional<StoredManifest> other =
          there instanceof ArchiveWriter archive ? archive.evidence(name) : there.find(name);
      if (other.isPresent() && !CopyCheck.covers(tree.stored(), other.get())) {
        checkKept(tree, other.get());
      }
      return other.isPresent() && CopyCheck.covers(other.get(), tree.stored());
    }
    if (there instanceof ArchiveWriter || there.find(tree.digest().toString()).isEmpty()) {
      return false;
    }
    Optional<Digest> subject = tree.content().subject().map(Descriptor::digest);
    return subject.isEmpty() || listed(subject.get()).contains(tree.digest());
  }

  private void checkKept(ImageTree tree, StoredManifest other) {
    if (!CopyCheck.covers(other, tree.stored())) {
      throw new AssayException(
          Code.EVIDENCE_CONFLICT,
          Text.printable(to.name())
              + " has evidence of its own under the tag "
              + tree.tag().orElseThrow()
              + ", which the copy would overwrite",
          "copy to another repository, or save into another file");
    }
  }

  private Set<Digest> listed(Digest subject) {
    return listedThere.computeIfAbsent(
        subject,
        digest -> {
          Set<Digest> out = new HashSet<>();
          there.referrers(digest, Optional.empty()).found().forEach(d -> out.add(d.digest()));
          return out;
        });
  }

  // ---- blobs

  private void copyBlobs(List<Descriptor> blobs) throws IOException {
    for (Descriptor blob : blobs) {
      progress.expect(blob.size());
    }
    if (blobs.size() == 1 || to instanceof ArchiveWriter) {
      // One after the other: an archive is one file.
      for (Descriptor blob : blobs) {
        copyBlob(blob);
      }
      return;
    }
    Together.run(AT_ONCE, blobs, this::copyBlob);
  }

  private void copyBlob(Descriptor blob) throws IOException {
    if (from instanceof LocalBlobs && !from.hasBlob(blob.digest())) {
      throw new AssayException(
          Code.CONTENT_MISSING, "the image names " + blob.digest() + ", which is not there");
    }
    if (hasBlob(blob) || isMounted(blob)) {
      blobsThere.incrementAndGet();
      progress.advance(blob.size());
      return;
    }
    if (from instanceof LocalBlobs local) {
      CountedSource source = new CountedSource(local.source(blob.digest()), progress);
      write(blob, source);
      source.rest(blob.size());
    } else if (to instanceof ImageLayout layout) {
      layout.receive(blob, sink -> from.readBlob(blob, counted(sink)));
    } else if (to instanceof ArchiveWriter archive) {
      archive.receive(blob, sink -> from.readBlob(blob, counted(sink)));
    } else {
      // A stream from a registry cannot be read twice; a file can.
      Path file = Files.createTempFile("assay-", ".blob");
      try {
        try (OutputStream out = Files.newOutputStream(file)) {
          from.readBlob(blob, counted(out));
        }
        write(blob, ByteSource.of(file));
      } finally {
        Files.deleteIfExists(file);
      }
    }
    sent.addAndGet(blob.size());
  }

  private void write(Descriptor blob, ByteSource source) throws IOException {
    if (to instanceof RemoteRepository remote) {
      remote.pushBlob(blob, source);
    } else {
      to.writeBlob(blob, source);
    }
  }

  private boolean hasBlob(Descriptor blob) throws IOException {
    if (to instanceof ImageLayout layout) {
      return layout.holds(blob);
    }
    return to.hasBlob(blob.digest());
  }

  private boolean isMounted(Descriptor blob) {
    return from instanceof RemoteRepository source
        && to instanceof RemoteRepository target
        && target.mount(blob, source.reference());
  }

  private OutputStream counted(OutputStream sink) {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        sink.write(one);
        progress.advance(1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        sink.write(bytes, offset, length);
        progress.advance(length);
      }
    };
  }
}
