package dev.assay.evidence;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.PublicKey;
import dev.assay.log.Merkle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A proof file ({@code docs/proof-format.md}): a question, its answer, and everything the answer
 * rests on. Reading it checks its shape and that each blob is what its digest says; {@link
 * ProofChecker} checks the rest.
 *
 * @param answer the stated answer, as data
 * @param checkpoint a signed note
 * @param records ascending by index
 * @param blobs by digest
 * @param keys public keys that the bundles are verified with
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
record Proof(
    Question question,
    Json answer,
    byte[] checkpoint,
    List<Entry> records,
    Map<Digest, byte[]> blobs,
    List<PublicKey> keys) {

  static final String MEDIA_TYPE = "application/vnd.assay.proof.v1+json";

  /** Largest proof file that is written or read. */
  static final int MAX_BYTES = 512 << 20;

  private static final int MAX_ENTRIES = 1_000_000;
  private static final int MAX_KEYS = 1_000;
  private static final int MAX_HASHES = 63;

  /**
   * A record of the ledger with its place in the tree.
   *
   * @param record the bytes that were hashed into the leaf
   * @param proof from the leaf's sibling to the root's child
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record Entry(long index, byte[] record, List<byte[]> proof) {}

  byte[] toBytes() {
    List<Json> entries = new ArrayList<>();
    for (Entry e : records) {
      entries.add(
          Json.object()
              .put("index", e.index)
              .put("record", Text.utf8(e.record))
              .put("proof", Json.strings(e.proof.stream().map(Base64s::encode).toList()))
              .build());
    }
    List<Json> contents = new ArrayList<>();
    blobs.forEach((digest, bytes) -> contents.add(blob(digest, bytes)));
    return Text.utf8(
        Json.object()
            .put("mediaType", MEDIA_TYPE)
            .put("question", question.toJson())
            .put("answer", answer)
            .put("checkpoint", Text.utf8(checkpoint))
            .put("records", entries)
            .put("blobs", contents)
            .put("keys", Json.strings(keys.stream().map(PublicKey::pem).toList()))
            .build()
            .pretty());
  }

  // Text as text where that gives the same bytes back, so that a person can read it.
  private static Json blob(Digest digest, byte[] bytes) {
    Json.Builder out = Json.object().put("digest", digest.toString());
    try {
      String text = Text.utf8(bytes);
      if (text.indexOf('\0') < 0) {
        return out.put("text", text).build();
      }
    } catch (AssayException e) {
      // not text
    }
    return out.put("base64", Base64s.encode(bytes)).build();
  }

  /**
   * Reads a proof file.
   *
   * @throws AssayException with {@link Code#BAD_PROOF_FILE} if it is none, {@link
   *     Code#DIGEST_MISMATCH} if a blob is not what its digest says
   */
  static Proof parse(byte[] file) {
    try {
      return read(Fields.of(Json.parse(file, MAX_BYTES), "proof", Code.BAD_PROOF_FILE));
    } catch (AssayException e) {
      if (e.code() == Code.BAD_PROOF_FILE || e.code() == Code.DIGEST_MISMATCH) {
        throw e;
      }
      throw new AssayException(Code.BAD_PROOF_FILE, "not a proof file: " + e.getMessage(), e);
    }
  }

  private static Proof read(Fields f) {
    String mediaType = f.string("mediaType");
    if (!mediaType.equals(MEDIA_TYPE)) {
      throw f.bad("mediaType", "expected " + MEDIA_TYPE + ", found " + Text.quote(mediaType));
    }
    Question question = Question.parse(f.object("question"));
    Json answer = f.required("answer");
    byte[] checkpoint = Text.utf8(f.string("checkpoint"));
    List<Entry> records = new ArrayList<>();
    long previous = -1;
    for (Fields r : f.objects("records", MAX_ENTRIES)) {
      long index = r.integer("index");
      if (index <= previous) {
        throw r.bad("index", "not after the one before");
      }
      previous = index;
      List<byte[]> proof = new ArrayList<>();
      for (String hash : r.strings("proof", MAX_HASHES)) {
        byte[] bytes = Base64s.decode(hash);
        if (bytes.length != Merkle.HASH_BYTES) {
          throw r.bad("proof", "a hash that is not of 32 bytes");
        }
        proof.add(bytes);
      }
      records.add(new Entry(index, Text.utf8(r.string("record")), proof));
      r.done(Code.BAD_PROOF_FILE);
    }
    Map<Digest, byte[]> blobs = new TreeMap<>();
    for (Fields b : f.objects("blobs", MAX_ENTRIES)) {
      Digest digest = b.digest("digest");
      if (b.has("text") == b.has("base64")) {
        throw b.bad("text", "exactly one of text and base64");
      }
      byte[] bytes = b.has("text") ? Text.utf8(b.string("text")) : b.base64("base64");
      b.done(Code.BAD_PROOF_FILE);
      if (!Hashes.matches(digest, bytes)) {
        throw new AssayException(
            Code.DIGEST_MISMATCH, "a blob of the proof is not " + digest.brief());
      }
      if (blobs.put(digest, bytes) != null) {
        throw b.bad("digest", "there twice");
      }
    }
    List<PublicKey> keys = new ArrayList<>();
    for (String pem : f.strings("keys", MAX_KEYS)) {
      keys.add(PublicKey.fromPem(Text.utf8(pem)));
    }
    f.done(Code.BAD_PROOF_FILE);
    return new Proof(
        question,
        answer,
        checkpoint,
        List.copyOf(records),
        Collections.unmodifiableMap(blobs),
        List.copyOf(keys));
  }
}
