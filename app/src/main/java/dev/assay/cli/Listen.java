package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;

/** An address to listen on, as {@code HOST:PORT}; port 0 is chosen by the system. */
record Listen(String host, int port) {

  static Listen parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      host = ""; // an IPv6 address without brackets
    }
    if (host.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new AssayException(
          Code.USAGE, "not an address to listen on: " + Text.quote(text), "127.0.0.1:8443");
    }
    return new Listen(host, Integer.parseInt(port));
  }
}
