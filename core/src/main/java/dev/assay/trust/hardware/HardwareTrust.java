package dev.assay.trust.hardware;

import dev.assay.crypto.Certificate;
import dev.assay.crypto.Firmware;
import dev.assay.crypto.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who is believed about devices: their makers, and whom the owner names.
 *
 * @param anchors trusted certificates of makers, each for what it vouches for
 * @param authorities certificates of makers that may be needed on the way
 * @param roots the owner's own authorities: of devices whose f9 the owner replaced, and of the
 *     attestation keys of TPMs
 * @param attestationKeys of TPMs that the owner knows
 */
public record HardwareTrust(
    List<Anchor> anchors,
    List<Certificate> authorities,
    List<Certificate> roots,
    List<PublicKey> attestationKeys) {

  /**
   * A maker's root.
   *
   * @param from the first firmware that it vouches for
   * @param to the last
   * @param issuers what the name of an authority that issues the certificates of f9 begins with:
   *     the same root has others, for other applications of the device; empty where it issues them
   *     itself
   */
  record Anchor(
      Certificate certificate,
      Optional<Firmware> from,
      Optional<Firmware> to,
      Optional<String> issuers) {}

  /** The makers' roots that are built in, as they were on {@link YubicoPiv#DATE}. */
  public static final HardwareTrust BUILT_IN =
      new HardwareTrust(YubicoPiv.anchors(), YubicoPiv.authorities(), List.of(), List.of());

  public HardwareTrust {
    anchors = List.copyOf(anchors);
    authorities = List.copyOf(authorities);
    roots = List.copyOf(roots);
    attestationKeys = List.copyOf(attestationKeys);
  }

  /** With more of the owner's. */
  public HardwareTrust with(List<Certificate> moreRoots, List<PublicKey> moreKeys) {
    List<Certificate> allRoots = new ArrayList<>(roots);
    allRoots.addAll(moreRoots);
    List<PublicKey> allKeys = new ArrayList<>(attestationKeys);
    allKeys.addAll(moreKeys);
    return new HardwareTrust(anchors, authorities, allRoots, allKeys);
  }
}
