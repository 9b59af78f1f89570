package dev.assay.oci;

import java.io.IOException;
import java.io.OutputStream;

/** Writes one blob to a sink, and throws unless it was what its descriptor says. */
@FunctionalInterface
interface BlobReader {

  void to(OutputStream sink) throws IOException;
}
