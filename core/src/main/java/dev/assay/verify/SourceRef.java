package dev.assay.verify;

import dev.assay.attest.SlsaProvenance;
import java.util.Optional;

/**
 * A source commit with its URI taken apart: {@code git+https://git.example/pay@refs/heads/main}.
 *
 * @param repository what stands before the ref
 * @param ref what stands after the first {@code @} of the path
 * @param commit lower-case hexadecimal
 */
record SourceRef(String repository, Optional<String> ref, String commit) {

  static SourceRef of(SlsaProvenance.SourceCommit source) {
    String uri = source.uri();
    int authority = uri.indexOf("://");
    // An @ in the authority is user information, not a ref.
    int path = authority < 0 ? 0 : uri.indexOf('/', authority + 3);
    int at = path < 0 ? -1 : uri.indexOf('@', path);
    return at < 0
        ? new SourceRef(uri, Optional.empty(), source.commit())
        : new SourceRef(uri.substring(0, at), Optional.of(uri.substring(at + 1)), source.commit());
  }
}
