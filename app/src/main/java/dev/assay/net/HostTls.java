package dev.assay.net;

import java.util.List;
import java.util.Optional;

/** What is particular about TLS with one host. Asked once for each host. */
@FunctionalInterface
public interface HostTls {

  /**
   * @param authorities certificate authorities in PEM, trusted in addition
   * @param certificate what the host is shown if it asks who we are
   */
  record Material(List<byte[]> authorities, Optional<TlsMaterial> certificate) {

    public Material {
      authorities = List.copyOf(authorities);
    }

    boolean isEmpty() {
      return authorities.isEmpty() && certificate.isEmpty();
    }
  }

  /**
   * @param authority host, and port unless it is 443: {@code registry.example:5000}
   */
  Material of(String authority);
}
