package dev.assay.crypto;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers which authority's certificate was signed by which authority's key, for somebody who
 * verifies many leaves of few authorities. Only signatures on paths that led to an anchor are kept,
 * never those on leaves; validity, constraints and trust are checked each time. Holds at most 512;
 * the least recently used one goes first. Safe for use by several threads.
 */
public final class PathCache {

  private static final int CAPACITY = 512;

  // An insertion is as rare as a new authority, and a look-up is short.
  private final Map<String, Boolean> signed =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > CAPACITY;
        }
      };

  boolean holds(Certificate certificate, PublicKey issuer) {
    String key = key(certificate, issuer);
    synchronized (signed) {
      return signed.get(key) != null;
    }
  }

  void add(Certificate certificate, PublicKey issuer) {
    String key = key(certificate, issuer);
    synchronized (signed) {
      signed.put(key, Boolean.TRUE);
    }
  }

  int size() {
    synchronized (signed) {
      return signed.size();
    }
  }

  private static String key(Certificate certificate, PublicKey issuer) {
    return certificate.id().hex() + issuer.id().hex();
  }
}
