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
 * points uncompressed, lengths shortest, nothing left over. The kind of the key decides how it is
 * usually used; where a format has its own say (certificates, timestamps), a {@link
 * dev.assay.crypto.SignatureScheme} names another use that fits the key:
 *
 * <table>
 * <caption>Kinds of keys</caption>
 * <tr><th>key</th><th>signature</th></tr>
 * <tr><td>P-256, P-384, P-521</td><td>ECDSA with SHA-256, SHA-384, SHA-512; strict DER; both numbers
 *     in range. Made deterministically (RFC 6979)</td></tr>
 * <tr><td>RSA, 2048 to 8192 bits, exponent 65537 to 2^32-1</td><td>PKCS#1 v1.5 with SHA-256, or
 *     with SHA-384 or SHA-512, the padding made and compared, never parsed; PSS with the same hashes
 *     and a salt as long as the hash</td></tr>
 * <tr><td>Ed25519, of the prime-order group</td><td>pure, or Ed25519ph with an empty context
 *     (RFC 8032)</td></tr>
 * <tr><td>ML-DSA-44, -65, -87</td><td>pure, empty context (FIPS 204); made hedged; private keys are
 *     kept as seeds</td></tr>
 * </table>
 *
 * <p>Verifying answers true or false and never throws for what a signature contains. What is not a
 * key is an {@link dev.assay.bytes.AssayException} whose message repeats nothing of it, since it
 * may be a private key.
 *
 * <p>A {@link Timestamp} is the answer of an RFC 3161 authority in DER, as Sigstore bundles carry
 * it in base64: {@code MIIE6jADAgEAMIIE4QYJKoZIhvcNAQcCoIIE0jCCBM4CAQMx...}. It holds a CMS
 * SignedData with one signer. The signature covers a set of attributes; the attributes name the
 * content's kind and hash and the signer's certificate; the content names the message's hash and
 * the time. Each of these links is followed, and every question about the signer is asked of the
 * certificate at the end of them, never of one that merely lies in the token:
 *
 * <pre>{@code
 * Timestamp stamp = Timestamp.parse(signedTimestamp);
 * var outcome = TimestampAuthorityCheck.check(stamp, authority.chain(), signature);
 * outcome.time();   // 2025-06-12T12:02:20Z, present only if all of it holds
 * }</pre>
 *
 * <p>An {@link SshSignature} is what {@code ssh-keygen -Y sign} writes, and {@link
 * SshAllowedSigners} the file that says whom to believe:
 *
 * <pre>
 * -----BEGIN SSH SIGNATURE-----                      al@acme.example ssh-ed25519 AAAAC3NzaC1lZDI1...
 * U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg...
 * -----END SSH SIGNATURE-----
 * </pre>
 *
 * <p>It covers a purpose (namespace) and the hash of a file, not the file itself. A security key
 * (FIDO) signs besides whether somebody touched it; where nobody did, the signature does not count
 * unless the signer's line says {@code no-touch-required}. It never says when it was made. SSH
 * certificates are not supported.
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
