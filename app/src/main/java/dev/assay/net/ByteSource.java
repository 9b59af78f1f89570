package dev.assay.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes that can be read from the start more than once, so that sending them can be retried. */
@FunctionalInterface
public interface ByteSource {

  InputStream open() throws IOException;

  static ByteSource of(byte[] bytes) {
    return () -> new ByteArrayInputStream(bytes);
  }

  static ByteSource of(Path file) {
    return () -> Files.newInputStream(file);
  }
}
