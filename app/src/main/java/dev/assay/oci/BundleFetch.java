package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.verify.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fetches bundles that refer to a digest, several at a time. What cannot be had, or is more than
 * all of them together may have, is in the result as such.
 *
 * <p>Safe for use by one thread.
 */
public final class BundleFetch {

  private static final int AT_ONCE = 8;

  /** All bundles of one subject together; what is beyond is reported as not read. */
  private static final long MOST_BYTES = Limits.SBOM_BYTES;

  private final ImageStore store;
  private final Digest subject;
  private final AtomicLong left = new AtomicLong(MOST_BYTES);

  public BundleFetch(ImageStore store, Digest subject) {
    this.store = store;
    this.subject = subject;
  }

  /** The bundles, in the order of the listing. */
  public List<Candidate> all(List<Descriptor> referrers) {
    if (referrers.size() < 2) {
      return referrers.stream().map(this::one).toList();
    }
    List<Candidate> out = new ArrayList<>(referrers.size());
    int threads = Math.min(AT_ONCE, referrers.size());
    try (ExecutorService workers =
        Executors.newFixedThreadPool(threads, Thread.ofVirtual().factory())) {
      List<Future<Candidate>> under = new ArrayList<>(referrers.size());
      referrers.forEach(referrer -> under.add(workers.submit(() -> one(referrer))));
      for (Future<Candidate> each : under) {
        out.add(each.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssayException(Code.UNREACHABLE, "interrupted while fetching evidence", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException r
          ? r
          : new IllegalStateException(e.getCause());
    }
    return out;
  }

  private Candidate one(Descriptor referrer) {
    String origin = "referrer " + referrer.digest().brief();
    try {
      Manifest manifest = store.manifest(referrer.digest()).manifest();
      if (manifest.subject().filter(s -> s.digest().equals(subject)).isEmpty()) {
        throw new AssayException(Code.SUBJECT_MISMATCH, "the referrer's subject is another digest");
      }
      if (manifest.layers().size() != 1) {
        throw new AssayException(
            Code.BAD_BUNDLE, "a bundle has one layer, this has " + manifest.layers().size());
      }
      Descriptor layer = manifest.layers().getFirst();
      // No more than what is stated is read.
      if (layer.size() > Limits.EVIDENCE_BYTES || left.addAndGet(-layer.size()) < 0) {
        throw new AssayException(
            Code.TOO_LARGE,
            "the evidence about "
                + subject.brief()
                + " has more bytes than are read ("
                + Limits.EVIDENCE_BYTES
                + " of one piece, "
                + MOST_BYTES
                + " together)");
      }
      return Candidate.of(origin, store.blob(layer, Limits.EVIDENCE_BYTES));
    } catch (AssayException e) {
      // Bytes that differ, missing blobs and refusals alike: the reason is kept, the bundle is not.
      return Candidate.unreadable(origin, e.code(), String.valueOf(e.getMessage()));
    }
  }
}
