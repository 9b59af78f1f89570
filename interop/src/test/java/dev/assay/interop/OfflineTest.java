package dev.assay.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo in a network namespace that has nothing but its own loopback. */
class OfflineTest {

  @TempDir Path folder;

  @Test
  void theDemoNeedsNoNetwork() throws Exception {
    String up = "ip link set lo up && ";
    Run possible = sh(up + "true");
    Assumptions.assumeTrue(
        possible.status() == 0,
        "no network namespaces for this user, or no ip (apt-get install iproute2): "
            + possible.err().strip());
    // The namespace really has no way out, else this test would show nothing.
    assertTrue(sh(up + "ip route get 192.0.2.1").status() != 0);
    sh(up + "exec '" + Peers.assay() + "' demo").expect(0).says("PROVEN").says("ASY1102");
  }

  private Run sh(String script) throws Exception {
    return Run.of(
        folder,
        Map.of("HOME", folder.toString(), "ASSAY_HOME", "", "ASSAY_AOT", "off"),
        List.of("unshare", "-rn", "sh", "-c", script));
  }
}
