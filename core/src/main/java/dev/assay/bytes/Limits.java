package dev.assay.bytes;

/** Every bound on what is accepted from outside, in one place. Sizes are bytes. */
public final class Limits {

  /** Nesting of JSON objects and arrays. */
  public static final int JSON_DEPTH = 64;

  /** Members of one JSON object, elements of one array. */
  public static final int JSON_MEMBERS = 1_000_000;

  /** A bundle, an envelope, a statement that is not an SBOM. */
  public static final int EVIDENCE_BYTES = 32 << 20;

  /** A software bill of materials. */
  public static final int SBOM_BYTES = 256 << 20;

  /** Components of one SBOM, nested ones included. */
  public static final int SBOM_COMPONENTS = 1_000_000;

  /** An OCI manifest or index (distribution-spec asks registries for at least 4 MiB). */
  public static final int MANIFEST_BYTES = 4 << 20;

  /** A layer or any other blob of an image. */
  public static final long BLOB_BYTES = 64L << 30;

  /** Layers of one image manifest. */
  public static final int LAYERS = 4_096;

  /** Entries of one image index. */
  public static final int INDEX_ENTRIES = 50_000;

  /** Images that are signed with the index that lists them. */
  public static final int INDEX_IMAGES = 1_000;

  /** Indexes within indexes. */
  public static final int INDEX_DEPTH = 8;

  /** Annotations of one descriptor or manifest. */
  public static final int ANNOTATIONS = 4_096;

  /** Tags of one repository that are listed. */
  public static final int TAGS = 100_000;

  /** The index.json of an image layout, which lists everything in a repository. */
  public static final int LAYOUT_INDEX_BYTES = 64 << 20;

  /** An answer of a registry that is no manifest and no blob: tokens, errors, lists of tags. */
  public static final int ANSWER_BYTES = 4 << 20;

  /** A policy, a key, an advisory: documents written by people. */
  public static final int DOCUMENT_BYTES = 4 << 20;

  /** An X.509 certificate, DER; one with an ML-DSA-87 key and signature has less than 8 kB. */
  public static final int CERTIFICATE_BYTES = 64 << 10;

  /** A certificate revocation list, DER. */
  public static final int REVOCATION_LIST_BYTES = 64 << 20;

  /** Certificates on one revocation list. */
  public static final int REVOCATION_LIST_ENTRIES = 1_000_000;

  /** A structure of a TPM: a public part, an attestation, a signature. */
  public static final int TPM_BYTES = 8 << 10;

  /** Certificates of one hardware attestation; a real one has two to four. */
  public static final int HARDWARE_CERTIFICATES = 8;

  /** A signed registration of a key. */
  public static final int REGISTRATION_BYTES = 1 << 20;

  /** A key file. */
  public static final int KEY_BYTES = 64 << 10;

  /** An AdmissionReview (the API server's own request limit is 3 MiB). */
  public static final int ADMISSION_BYTES = 8 << 20;

  /** A snapshot of what a cluster runs. */
  public static final int SNAPSHOT_BYTES = 128 << 20;

  /** A ledger record (tlog-tiles: a bundle entry's length is a uint16). */
  public static final int LEDGER_RECORD_BYTES = 65_535;

  /** Subjects of one in-toto statement. */
  public static final int SUBJECTS = 1_024;

  /** JSON values of the subjects of one statement: with every digest there may be, twice over. */
  public static final int STATEMENT_HEAD_VALUES = 2 * 1_024 * (32 + 4);

  /** Members of a statement besides those of its head; the specification knows one. */
  public static final int STATEMENT_MEMBERS = 1_000;

  /** Digests of one subject. */
  public static final int SUBJECT_DIGESTS = 32;

  /** Log entries of one bundle; timestamps of one bundle. */
  public static final int BUNDLE_LOG_ENTRIES = 32;

  /** An RFC 3161 timestamp with the certificates in it; a real one has 1 to 6 kB. */
  public static final int TIMESTAMP_BYTES = 64 << 10;

  /** Certificates in one timestamp. */
  public static final int TIMESTAMP_CERTIFICATES = 16;

  /** An SSH signature, in its armor. */
  public static final int SSH_SIGNATURE_BYTES = 64 << 10;

  /** Lines of a file of allowed SSH signers that name somebody. */
  public static final int SSH_SIGNERS = 10_000;

  /** The body of a transparency log's entry: hashes, a signature, a certificate or a key. */
  public static final int LOG_ENTRY_BYTES = 1 << 20;

  /**
   * JSON values of one bundle or envelope. With 32 log entries a bundle has some 3,000; without a
   * bound a document of 32 MB becomes a tree of gigabytes.
   */
  public static final int BUNDLE_VALUES = 20_000;

  /** Content that is read into memory, since its key signs the content and not a digest of it. */
  public static final int SIGNED_CONTENT_BYTES = 1 << 30;

  /** Bundles of one file. */
  public static final int EVIDENCE_BUNDLES = 10_000;

  /** A signed note: text and signatures, of which a post-quantum one has nearly 5 kB. */
  public static final int NOTE_BYTES = 256 << 10;

  /** A proof that an entry is in a log: a checkpoint, hashes, extra data. */
  public static final int TLOG_PROOF_BYTES = 1 << 20;

  /** A blob beside the ledger: the largest thing a record speaks of. */
  public static final int LEDGER_BLOB_BYTES = SBOM_BYTES;

  /** Signatures on one signed note. */
  public static final int NOTE_SIGNATURES = 32;

  /** Evidence (referrers) looked at for one subject. */
  public static final int REFERRERS = 1_000;

  /** Manifests of one image: its platforms, what hangs on them, and what hangs on that. */
  public static final int TREE_MANIFESTS = 20_000;

  /** All of their bytes together. */
  public static final int TREE_BYTES = 64 << 20;

  /** How far a signature on a signature on a bill of materials is followed. */
  public static final int TREE_DEPTH = 8;

  /** Images of one object at admission; more than fit into one ledger record anyway. */
  public static final int POD_IMAGES = 256;

  /** Containers of one snapshot of a cluster (Kubernetes is tested to 300,000). */
  public static final int SNAPSHOT_CONTAINERS = 500_000;

  /** Trust roots of one file (gh prints one a line). */
  public static final int TRUST_ROOTS = 16;

  /** Logs of one kind, authorities of one kind, in one trust root. */
  public static final int TRUST_ROOT_ENTRIES = 256;

  /** Certificates of one authority in a trust root. */
  public static final int TRUST_ROOT_CHAIN = 16;

  /** TUF root metadata. */
  public static final int TUF_ROOT_BYTES = 512 << 10;

  /** TUF timestamp metadata. */
  public static final int TUF_TIMESTAMP_BYTES = 16 << 10;

  /** TUF snapshot metadata. */
  public static final int TUF_SNAPSHOT_BYTES = 2 << 20;

  /** TUF targets metadata, of the top level or delegated. */
  public static final int TUF_TARGETS_BYTES = 5 << 20;

  /** A file that TUF metadata names; what is fetched by it are trust roots and configurations. */
  public static final int TUF_TARGET_BYTES = 4 << 20;

  /** New TUF roots walked through in one update. */
  public static final int TUF_ROOTS = 256;

  /** Signatures on, keys of, roles in one TUF metadata file. */
  public static final int TUF_KEYS = 1_024;

  /** Files that one TUF snapshot or targets file names. */
  public static final int TUF_FILES = 100_000;

  /** Delegated TUF roles asked for one target. */
  public static final int TUF_DELEGATIONS = 32;

  /** Services of one kind in a signing config. */
  public static final int SIGNING_SERVICES = 256;

  /** An answer of a service that signing needs: an authority, a log, an identity provider. */
  public static final int SIGNING_ANSWER_BYTES = 4 << 20;

  /** An identity token; GitHub's have less than 4 kB. */
  public static final int IDENTITY_TOKEN_BYTES = 64 << 10;

  private Limits() {}
}
