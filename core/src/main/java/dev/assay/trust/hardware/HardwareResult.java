package dev.assay.trust.hardware;

import java.util.Optional;

/** What hardware proves, or why it proves nothing. Exactly one of the two is there. */
public record HardwareResult(Optional<HardwareProof> proof, Optional<HardwareRefusal> refusal) {

  static HardwareResult proven(HardwareProof proof) {
    return new HardwareResult(Optional.of(proof), Optional.empty());
  }

  static HardwareResult refused(HardwareRefusal refusal) {
    return new HardwareResult(Optional.empty(), Optional.of(refusal));
  }
}
