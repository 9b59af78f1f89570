package dev.assay.verify;

import dev.assay.trust.Signer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts signers so that nobody counts twice: one principal fills the place of one signer, however
 * many signatures it made and however many of the signers' patterns it matches.
 */
final class Principals {

  private final Map<String, List<Signer>> places = new LinkedHashMap<>();

  void add(Authenticated by) {
    List<Signer> known = places.computeIfAbsent(by.principal(), p -> new ArrayList<>());
    for (Signer signer : by.signers()) {
      if (!known.contains(signer)) {
        known.add(signer);
      }
    }
  }

  /** The most signers that can be filled, each by a principal of its own (augmenting paths). */
  List<Signer> distinct() {
    Map<Signer, String> filled = new LinkedHashMap<>();
    for (String principal : places.keySet()) {
      place(principal, filled, new ArrayList<>());
    }
    return new ArrayList<>(filled.keySet());
  }

  private boolean place(String principal, Map<Signer, String> filled, List<Signer> tried) {
    for (Signer signer : places.getOrDefault(principal, List.of())) {
      if (tried.contains(signer)) {
        continue;
      }
      tried.add(signer);
      String holder = filled.get(signer);
      if (holder == null || place(holder, filled, tried)) {
        filled.put(signer, principal);
        return true;
      }
    }
    return false;
  }
}
