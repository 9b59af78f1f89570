package dev.assay.trust;

import dev.assay.attest.Octets;
import dev.assay.trust.hardware.HardwareDemands;
import dev.assay.trust.hardware.HardwareTrust;

/**
 * What is asked of the hardware that holds a signer's key, and who says that it does.
 *
 * @param registration a bundle with a {@link dev.assay.trust.hardware.KeyRegistration}
 * @param registrar whose word it is
 * @param demands what the hardware has to be
 * @param trust who is believed about devices
 */
public record HardwareBacking(
    Octets registration, Signer registrar, HardwareDemands demands, HardwareTrust trust) {}
