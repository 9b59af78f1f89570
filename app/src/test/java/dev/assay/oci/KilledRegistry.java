package dev.assay.oci;

import dev.assay.server.RunningServer;
import dev.assay.server.WebServers;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** A registry in a process of its own, to be killed. */
final class KilledRegistry {

  private KilledRegistry() {}

  public static void main(String[] args) throws Exception {
    RegistryServer registry = new RegistryServer(Path.of(args[0]), Clock.systemUTC());
    try (RunningServer server = WebServers.start(registry, "127.0.0.1", 0, Optional.empty())) {
      System.out.println(server.authority());
      server.await();
    }
  }
}
