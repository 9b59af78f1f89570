/**
 * Who signs, and where keys lie.
 *
 * <p>A {@link dev.assay.signing.Signer} is a key that can be used and a public key that can be
 * shown; what signs does not know where the key is. {@link dev.assay.signing.KeyFiles} keeps keys
 * in files: {@code NAME.key}, encrypted in cosign's format and readable by its owner alone, and
 * {@code NAME.pub}:
 *
 * <pre>{@code
 * -----BEGIN PUBLIC KEY-----
 * MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/ezlXvnYBBQcqSanVluLCK7zB3Pv
 * STz61sCSr/juuAd26E82xCayrUl4pYaCkHgPVDYmNVVe2tsMuEjCYvkI3A==
 * -----END PUBLIC KEY-----
 * }</pre>
 *
 * <p>A key file that exists is never written over, and a key that was made is on disk as a whole or
 * not at all. Passwords come from the environment or from a terminal, never from an argument, and
 * no message repeats one.
 */
@NullMarked
package dev.assay.signing;

import org.jspecify.annotations.NullMarked;
