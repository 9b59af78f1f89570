package dev.assay.interop;

/** A registry that runs, on a port of 127.0.0.1 of its own. */
interface Registry extends AutoCloseable {

  /** {@code 127.0.0.1:PORT}, as image references begin. */
  String host();

  /** Ends it; nothing answers any more. */
  @Override
  void close();
}
