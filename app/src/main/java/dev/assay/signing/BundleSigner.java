package dev.assay.signing;

import dev.assay.attest.Bundle;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Digest;
import dev.assay.crypto.Certificate;
import java.util.List;

/**
 * Makes Sigstore bundles: signs, and adds whatever shall prove who signed and when. Close it when
 * nothing more is to be signed. Safe for use by several threads.
 */
public interface BundleSigner extends AutoCloseable {

  /**
   * A bundle over a message that is not in it.
   *
   * @throws AssayException with {@link dev.assay.bytes.Code#KEY_UNSUPPORTED} if the key does not
   *     sign by a digest, or with {@link dev.assay.bytes.Code#SIGNING_FAILED}
   */
  Bundle message(byte[] content);

  /**
   * As {@link #message}, where only the digest of the message is known.
   *
   * @throws AssayException with {@link dev.assay.bytes.Code#KEY_UNSUPPORTED} where that cannot be
   *     done
   */
  Bundle digest(Digest digest);

  /**
   * A bundle around a DSSE envelope that holds the statement.
   *
   * @throws AssayException with {@link dev.assay.bytes.Code#SIGNING_FAILED}
   */
  Bundle statement(Statement statement);

  /**
   * Who issued the certificate in the bundles: intermediates, then possibly the root. A bundle has
   * no room for them, older forms do. Empty with a key, and before anything was signed.
   */
  List<Certificate> issuers();

  @Override
  void close();
}
