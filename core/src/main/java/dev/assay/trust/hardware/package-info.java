/**
 * Proof that a key lives in hardware, for somebody who does not have the hardware: what a device
 * attests about a key it generated, who vouches for the device, and the registration that carries
 * both to a verifier (docs/key-registration.md).
 *
 * <p>A YubiKey signs a certificate for a key in its PIV application with the key of its slot f9,
 * whose own certificate its maker issued. A TPM certifies a key it holds with an attestation key. A
 * FIDO security key, used by SSH, says in each signature that it was touched, and nothing of what
 * it is.
 *
 * <p>Trusted for: not taking one device, one key or one authority for another. What it cannot tell:
 * who touched the device, and whether it was stolen since.
 */
@NullMarked
package dev.assay.trust.hardware;

import org.jspecify.annotations.NullMarked;
