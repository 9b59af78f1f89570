/**
 * Keys, signatures and hashes, and the only place that knows the library behind them.
 *
 * <p>A public key is a DER SubjectPublicKeyInfo, most often in PEM:
 *
 * <pre>{@code
 * -----BEGIN PUBLIC KEY-----
 * MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/ezlXvnYBBQcqSanVluLCK7zB3Pv
 * STz61sCSr/juuAd26E82xCayrUl4pYaCkHgPVDYmNVVe2tsMuEjCYvkI3A==
 * -----END PUBLIC KEY-----
 * }</pre>
 *
 * <p>Its identity is the SHA-256 of that DER, which is why a key is accepted in one encoding only:
 * points uncompressed, lengths shortest, nothing left over. The kind of the key decides how it
 * signs, and nothing that arrives with a signature can change that:
 *
 * <table>
 * <caption>Kinds of keys</caption>
 * <tr><th>key</th><th>signature</th></tr>
 * <tr><td>P-256, P-384, P-521</td><td>ECDSA with SHA-256, SHA-384, SHA-512; strict DER; both numbers
 *     in range. Made deterministically (RFC 6979)</td></tr>
 * <tr><td>RSA, 2048 to 8192 bits, exponent 65537 to 2^32-1</td><td>PKCS#1 v1.5 with SHA-256; the
 *     padding is made and compared, never parsed</td></tr>
 * <tr><td>Ed25519, of the prime-order group</td><td>pure (RFC 8032)</td></tr>
 * <tr><td>ML-DSA-44, -65, -87</td><td>pure, empty context (FIPS 204); made hedged; private keys are
 *     kept as seeds</td></tr>
 * </table>
 *
 * <p>Verifying answers true or false and never throws for what a signature contains. What is not a
 * key is an {@link dev.assay.bytes.AssayException} whose message repeats nothing of it, since it
 * may be a private key.
 *
 * <p>No security provider of the JDK is used for verifying, and none is ever registered: loading
 * them costs a short command more than its whole work.
 *
 * <p>Trusted for: telling a signature from a forgery, and keeping private keys out of text. Someone
 * who controls this package controls every verdict.
 */
@NullMarked
package dev.assay.crypto;

import org.jspecify.annotations.NullMarked;
