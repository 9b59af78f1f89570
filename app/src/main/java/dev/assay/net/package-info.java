/**
 * One HTTP client with caps, and the small handler interface that {@code server} hosts, so that a
 * registry or an admission endpoint knows nothing of the web server that carries it.
 */
@NullMarked
package dev.assay.net;

import org.jspecify.annotations.NullMarked;
