package dev.assay.oci;

import java.util.regex.Pattern;

/** The grammar of repository names and tags (distribution-spec, "Pulling manifests"). */
final class Names {

  /** Longest repository name; with its host it must fit in 255 characters. */
  static final int REPOSITORY_LENGTH = 220;

  // Possessive quantifiers: linear time on any input.
  private static final Pattern REPOSITORY =
      Pattern.compile(
          "COMPONENT(?:/COMPONENT)*+"
              .replace("COMPONENT", "[a-z0-9]++(?:(?:\\.|_{1,2}|-++)[a-z0-9]++)*+"));
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  private Names() {}

  static boolean isRepository(String name) {
    return name.length() <= REPOSITORY_LENGTH && REPOSITORY.matcher(name).matches();
  }

  static boolean isTag(String tag) {
    return TAG.matcher(tag).matches();
  }
}
