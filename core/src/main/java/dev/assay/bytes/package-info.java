/**
 * The ground everything stands on: digests, strict encodings, strict JSON, and the codes by which
 * every refusal is named.
 *
 * <p>What arrives from outside is bytes. It is read once, strictly: JSON by RFC 8259 with the
 * choices RFC 8259 leaves open closed (duplicate names refused, no byte order mark, nothing after
 * the value, lone surrogates refused), base64 by RFC 4648 section 4 with canonical padding. A
 * document read from
 *
 * <pre>
 * {@code {"name":"pay","digest":{"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}}
 * </pre>
 *
 * is the same to every reader or it is refused; there is no document that two of our readers
 * understand differently. Every collection and every document has a limit, named in {@link
 * dev.assay.bytes.Limits}.
 *
 * <p>Canonical JSON (what the ledger's records are written in) is RFC 8785 restricted to integers
 * in the range that a double holds exactly: names sorted by UTF-16 code units, no white space,
 * shortest escapes.
 */
@NullMarked
package dev.assay.bytes;

import org.jspecify.annotations.NullMarked;
