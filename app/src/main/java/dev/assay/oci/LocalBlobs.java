package dev.assay.oci;

import dev.assay.bytes.Digest;
import dev.assay.net.ByteSource;

/** A store whose blobs can be read more than once without asking anybody. */
sealed interface LocalBlobs permits ImageLayout, ImageArchive {

  /** The bytes as they are stored, not compared with the digest. */
  ByteSource source(Digest digest);
}
