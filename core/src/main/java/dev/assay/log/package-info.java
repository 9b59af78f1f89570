/**
 * Transparency logs: tree math, signed notes, checkpoints, tiles, cosignatures and offline proofs,
 * as C2SP specifies them. Pure functions: bytes in, an answer out; nothing here reads a file.
 *
 * <p>A log is an ever growing list of entries. What it holds at a moment is named by a checkpoint:
 * a text of three lines with signatures beneath. This is a real one, of a log of three entries:
 *
 * <pre>{@code
 * example.com/log/testdata
 * 3
 * Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=
 *
 * — example.com/log/testdata M9e0lvAQRtH832pk2RTbeSeZMkp4FZSdJYFBUjO5SKxuRbywPUF3cx+HUrb50kjd3rUWW/fj53Wj1dwcwh9bGQnqVAg=
 * }</pre>
 *
 * The origin names the log for ever; then come how many entries there are and the root of the tree
 * over them. A signature line is a name and the base64 of four bytes of key ID and the signature.
 * The key that signed it is written as a vkey:
 *
 * <pre>{@code
 * example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx
 * }</pre>
 *
 * whose parts are the name, the key ID and {@code base64(type || public key)}, where the key ID is
 * the first four bytes of {@code SHA-256(name || 0x0A || type || public key)}. Types: {@code 0x01}
 * Ed25519 over the text; {@code 0x04} Ed25519 and {@code 0x06} ML-DSA-44 over the text or tree and
 * a time (cosignatures). Signatures by keys that the reader does not know are ignored; a bad
 * signature by one that it knows refuses the note.
 *
 * <h2>The tree</h2>
 *
 * <p>RFC 6962 section 2.1 with SHA-256: a leaf is {@code SHA-256(0x00 || entry)}, a node {@code
 * SHA-256(0x01 || left || right)}, the empty tree {@code SHA-256()}. An inclusion proof leads from
 * one leaf to the root; a consistency proof shows one tree to be the beginning of another, so that
 * whoever kept an old checkpoint sees whether the past was changed. From size 0 there is none: it
 * would hold for every log.
 *
 * <h2>Tiles</h2>
 *
 * <p>The tree is stored in files of 256 hashes: {@code tile/0/000} holds the hashes of the first
 * 256 leaves, {@code tile/1/000} the roots over each of the first 256 such tiles, and so on; index
 * 1234067 is written {@code x001/x234/067}. The last tile of a level may be partial, and says so:
 * {@code tile/0/000.p/3}. Beneath each tile of level 0 lies a bundle of its entries, each after its
 * length as a big-endian uint16. The bundle {@code tile/entries/000.p/3} of the log above:
 *
 * <pre>{@code
 * 00 03 6f 6e 65 | 00 03 74 77 6f | 00 05 74 68 72 65 65      "one", "two", "three"
 * }</pre>
 *
 * <p>{@link dev.assay.log.TileTree} reads a tree from tiles that are not trusted, {@link
 * dev.assay.log.TreeBuilder} makes tiles.
 *
 * <h2>Proof files</h2>
 *
 * <p>{@link dev.assay.log.TlogProof} is one entry's index, the hashes of its inclusion proof and a
 * checkpoint in one text file, which proves that a log holds the entry to anybody who has the entry
 * and the log's vkey. That of {@code "two"} in the log above:
 *
 * <pre>{@code
 * c2sp.org/tlog-proof@v1
 * index 1
 * 0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=
 * Zx8UbF5HHooag6PCFM5LqQe486WIjRTMjNPOdbsS75Q=
 *
 * example.com/log/testdata
 * 3
 * Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=
 *
 * — example.com/log/testdata M9e0lvAQRtH832pk2RTbeSeZMkp4FZSdJYFBUjO5SKxuRbywPUF3cx+HUrb50kjd3rUWW/fj53Wj1dwcwh9bGQnqVAg=
 * }</pre>
 *
 * <p>Who is trusted for what: the key for never signing two trees of which neither is the beginning
 * of the other. Where the files come from is trusted for nothing.
 *
 * <p>Sources: c2sp.org/tlog-tiles, signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof; RFC
 * 6962; RFC 9162 for the verification algorithms.
 */
@NullMarked
package dev.assay.log;

import org.jspecify.annotations.NullMarked;
