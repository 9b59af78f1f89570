/**
 * Commands, output, progress and hints. Commands are declared as data ({@link
 * dev.assay.cli.CommandSpec}); help and completion are rendered from that when the product is
 * built.
 */
@NullMarked
package dev.assay.cli;

import org.jspecify.annotations.NullMarked;
