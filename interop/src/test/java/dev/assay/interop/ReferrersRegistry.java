package dev.assay.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** go-containerregistry's library server with the referrers API, in memory. */
record ReferrersRegistry(Served served) implements Registry {

  private static final Pattern LISTENING = Pattern.compile("(127\\.0\\.0\\.1:\\d+)");

  static ReferrersRegistry start(Path folder) throws IOException, InterruptedException {
    return new ReferrersRegistry(
        Served.start(
            List.of(Peers.referrersRegistry().toString(), "127.0.0.1:0"),
            Map.of(),
            folder.resolve("referrers-registry.log"),
            LISTENING));
  }

  @Override
  public String host() {
    return served.host();
  }

  @Override
  public void close() {
    served.close();
  }
}
