package dev.assay.cli;

import java.io.IOException;

/**
 * What a command does. Returns the exit status; throws {@code AssayException} for what cannot be
 * read, reached or done.
 */
@FunctionalInterface
interface Command {
  int run(Arguments arguments, Context context) throws IOException;
}
