/**
 * Carries an {@link dev.assay.net.HttpHandler} over the network. Nothing else imports the web
 * server, so it can be replaced here.
 *
 * <pre>{@code
 * try (RunningServer server = WebServers.start(handler, "127.0.0.1", 0, Optional.empty())) {
 *   System.out.println(server.url());   // http://127.0.0.1:40123
 *   server.await();
 * }
 * }</pre>
 *
 * <p>HTTP/1.1, one virtual thread for each request, bodies streamed both ways. A handler reads its
 * request body with a cap of its own; the head of a request is capped here.
 */
@NullMarked
package dev.assay.server;

import org.jspecify.annotations.NullMarked;
