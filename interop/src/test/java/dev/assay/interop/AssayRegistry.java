package dev.assay.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code assay registry serve}, which has the referrers API. */
record AssayRegistry(Served served) implements Registry {

  private static final Pattern LISTENING = Pattern.compile("http://(127\\.0\\.0\\.1:\\d+)");

  static AssayRegistry start(Path folder) throws IOException, InterruptedException {
    return new AssayRegistry(
        Served.start(
            List.of(
                Peers.assay().toString(),
                "registry",
                "serve",
                folder.resolve("registry").toString(),
                "--listen",
                "127.0.0.1:0"),
            Map.of(
                "ASSAY_HOME", folder.resolve("registry-home").toString(), "JAVA_TOOL_OPTIONS", ""),
            folder.resolve("registry.log"),
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
