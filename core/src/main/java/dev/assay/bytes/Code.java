package dev.assay.bytes;

import java.util.Locale;
import java.util.Optional;

/**
 * Every reason Assay can give, with a stable number ({@code ASY1203}), a short title, and the exit
 * status a command that ends for this reason has. Each has a page: {@code assay explain ASY1203}.
 *
 * <p>Numbers are never reused. Ranges: 10 bytes and formats, 11 subjects and what names them, 12
 * signatures and signers, 13 attestations, 14 build and source, 15 dependencies and SBOMs, 16
 * policy, 17 time and trust, 20 logs, 21 the ledger, 30 registries and network, 31 layouts and
 * archives, 40 admission, 50 questions and proofs, 60 commands, 90 ourselves.
 */
public enum Code {
  // 10: bytes and formats
  BAD_JSON(1001, Exit.REFUSED, "not acceptable JSON"),
  DUPLICATE_MEMBER(1002, Exit.REFUSED, "a JSON object names a member twice"),
  TOO_DEEP(1003, Exit.REFUSED, "nested too deep"),
  TOO_LARGE(1004, Exit.REFUSED, "larger than the limit"),
  BAD_ENCODING(1005, Exit.REFUSED, "not validly encoded"),
  BAD_DIGEST(1006, Exit.REFUSED, "not a digest"),
  BAD_FIELD(1007, Exit.REFUSED, "a field is missing or has the wrong form"),
  UNKNOWN_FIELD(1008, Exit.REFUSED, "a field that is not known"),
  BAD_MEDIA_TYPE(1009, Exit.REFUSED, "media type not accepted"),
  TOO_MANY(1010, Exit.REFUSED, "more of something than the limit"),
  BAD_YAML(1011, Exit.REFUSED, "not acceptable YAML"),
  BAD_TIME(1012, Exit.REFUSED, "not a time"),

  // 11: subjects and what names them
  DIGEST_MISMATCH(1101, Exit.BYTES_DIFFER, "the bytes do not match the digest that names them"),
  NO_SIGNATURE(1102, Exit.REFUSED, "no signature for this digest"),
  SUBJECT_MISMATCH(1103, Exit.REFUSED, "the evidence is about something else"),
  TAG_MOVED(1104, Exit.REFUSED, "the tag points elsewhere than recorded"),
  TAG_NOT_DIGEST(1105, Exit.REFUSED, "a tag where a digest is needed"),
  SIZE_MISMATCH(1106, Exit.BYTES_DIFFER, "the size differs from the size that was stated"),
  CONTENT_MISSING(1107, Exit.BYTES_DIFFER, "content that the image names is missing"),

  // 12: signatures and signers
  SIGNATURE_INVALID(1201, Exit.REFUSED, "the signature does not verify"),
  WRONG_KEY(1202, Exit.REFUSED, "signed by a key that is not trusted for this"),
  WRONG_IDENTITY(1203, Exit.REFUSED, "signed by an identity that is not trusted for this"),
  KEY_UNSUPPORTED(1204, Exit.REFUSED, "key or algorithm not supported"),
  KEY_UNREADABLE(1205, Exit.USAGE, "the key cannot be read"),
  KEY_PASSWORD(1206, Exit.USAGE, "the key's password is wrong or missing"),
  KEY_REVOKED(1207, Exit.REFUSED, "the key is revoked or outside its validity"),
  KEY_HINT_MISMATCH(1208, Exit.REFUSED, "the key named by the bundle is another one"),
  TOO_FEW_SIGNERS(1209, Exit.REFUSED, "fewer distinct signers than required"),
  SIGNING_FAILED(1210, Exit.UNDECIDED, "signing failed"),
  BAD_CERTIFICATE(1211, Exit.REFUSED, "not an acceptable certificate"),
  CERTIFICATE_UNTRUSTED(1212, Exit.REFUSED, "the certificate does not lead to a trusted root"),
  CERTIFICATE_EXPIRED(1213, Exit.REFUSED, "a certificate was not valid when this was signed"),
  CERTIFICATE_REVOKED(1214, Exit.REFUSED, "a certificate was revoked when this was signed"),
  SCT_MISSING(
      1215, Exit.REFUSED, "no trusted certificate transparency log vouches for the certificate"),
  BAD_REVOCATION_LIST(1216, Exit.REFUSED, "not an acceptable certificate revocation list"),
  USER_NOT_PRESENT(1217, Exit.REFUSED, "nobody was at the security key when it signed"),
  HARDWARE_ATTESTATION(1218, Exit.REFUSED, "not an acceptable hardware attestation"),
  HARDWARE_UNTRUSTED(1219, Exit.REFUSED, "a hardware attestation that nobody trusted vouches for"),
  HARDWARE_OTHER_KEY(1220, Exit.REFUSED, "the hardware attestation is about another key"),
  HARDWARE_DEMAND(1221, Exit.REFUSED, "the key's hardware is not what is demanded"),
  BAD_REGISTRATION(1222, Exit.REFUSED, "not an acceptable registration of a key"),
  POSSESSION_NOT_PROVEN(1223, Exit.REFUSED, "the registered key did not sign its registration"),

  BAD_IDENTITY_TOKEN(1225, Exit.USAGE, "the identity token cannot be used"),
  NO_IDENTITY(1226, Exit.USAGE, "no identity to sign with was found"),
  CERTIFICATE_NOT_OURS(1227, Exit.REFUSED, "the certificate issued is not the one asked for"),
  LOGIN_FAILED(1228, Exit.UNDECIDED, "the login did not end in an identity token"),
  NOT_AGREED(1229, Exit.USAGE, "nobody agreed to what would become public"),

  // 13: attestations
  BAD_ENVELOPE(1301, Exit.REFUSED, "not an acceptable DSSE envelope"),
  BAD_STATEMENT(1302, Exit.REFUSED, "not an acceptable in-toto statement"),
  BAD_BUNDLE(1303, Exit.REFUSED, "not an acceptable Sigstore bundle"),
  BAD_PREDICATE(1304, Exit.REFUSED, "the predicate has not the shape its type demands"),
  WRONG_PREDICATE_TYPE(1305, Exit.REFUSED, "evidence of another predicate type"),
  NO_ATTESTATION(1306, Exit.REFUSED, "no attestation of the required type"),
  DOCUMENT_AMBIGUOUS(1315, Exit.REFUSED, "a reference that names more than one document"),
  BUNDLE_UNSUPPORTED(1307, Exit.UNDECIDED, "a kind of bundle this version does not verify"),
  TAG_NAMES_OTHER(1310, Exit.REFUSED, "the tag to be signed does not name this digest"),
  SIGNATURE_TAG_TAKEN(1311, Exit.REFUSED, "something else is under the tag for signatures"),
  ANNOTATION_MISSING(1312, Exit.REFUSED, "the signature does not say what is asked for"),

  // 14: build and source
  WRONG_BUILDER(1401, Exit.REFUSED, "built by a builder that is not trusted"),
  WRONG_BUILD_TYPE(1402, Exit.REFUSED, "build type not accepted"),
  WRONG_SOURCE(1403, Exit.REFUSED, "built from another source repository"),
  NO_SOURCE_COMMIT(1404, Exit.REFUSED, "the provenance names no single source commit"),
  WRONG_SOURCE_REF(1405, Exit.REFUSED, "built from a ref that is not accepted"),
  SOURCE_TAG_MOVED(1406, Exit.REFUSED, "the source tag named another commit before"),
  BUILDER_SIGNER_MISMATCH(1407, Exit.REFUSED, "this signer may not speak for this builder"),
  EXTERNAL_PARAMETER(1408, Exit.REFUSED, "an external parameter is not expected"),
  NO_PROVENANCE(1409, Exit.REFUSED, "no provenance from a trusted builder"),

  // 15: dependencies and SBOMs
  BAD_SBOM(1501, Exit.REFUSED, "not an acceptable SBOM"),
  BAD_PURL(1502, Exit.REFUSED, "not a package URL"),
  DEPENDENCY_SUBSTITUTED(1503, Exit.REFUSED, "same package and version, other digest than before"),
  DEPENDENCY_ORIGIN(1504, Exit.REFUSED, "a dependency from an origin that is not accepted"),
  DEPENDENCY_NO_DIGEST(1505, Exit.REFUSED, "a dependency without a strong digest"),
  DEPENDENCY_INCOMPLETE(1506, Exit.REFUSED, "provenance and SBOM disagree on the dependencies"),
  BAD_ADVISORY(1507, Exit.REFUSED, "not an acceptable OSV advisory"),
  NO_SBOM(1508, Exit.REFUSED, "no SBOM from a trusted signer"),

  // 16: policy
  BAD_POLICY(1601, Exit.USAGE, "the policy cannot be used"),
  POLICY_UNKNOWN_KEY(1602, Exit.USAGE, "the policy has a key that is not known"),
  NO_RULE(1603, Exit.REFUSED, "no rule of the policy covers this image"),
  POLICY_CONFLICT(1604, Exit.USAGE, "the policy contradicts itself"),

  // 17: time and trust
  TIME_NOT_PROVEN(1701, Exit.REFUSED, "no trusted time says when this was signed"),
  NOT_EVALUATED(1702, Exit.UNDECIDED, "a required check could not be evaluated"),
  BAD_TRUST_ROOT(1703, Exit.USAGE, "the trust root cannot be used"),
  TRUST_ROOT_STALE(1704, Exit.UNDECIDED, "the trust root is too old"),
  BAD_TIMESTAMP(1705, Exit.REFUSED, "not an acceptable RFC 3161 timestamp"),
  TIMESTAMP_UNTRUSTED(1706, Exit.REFUSED, "a timestamp by an authority that is not trusted"),
  BAD_METADATA(1707, Exit.REFUSED, "TUF metadata that is not acceptable"),
  METADATA_ROLLBACK(1708, Exit.REFUSED, "TUF metadata older than what was seen before"),
  METADATA_NOT_SIGNED(1709, Exit.REFUSED, "TUF metadata without enough signatures"),
  NO_TRUST_ROOT(1710, Exit.USAGE, "a certificate cannot be verified without a trust root"),

  // 20: logs
  BAD_NOTE(2001, Exit.REFUSED, "not an acceptable signed note"),
  NOTE_NOT_SIGNED(2002, Exit.REFUSED, "no signature of the expected key on the note"),
  BAD_CHECKPOINT(2003, Exit.REFUSED, "not an acceptable checkpoint"),
  WRONG_ORIGIN(2004, Exit.REFUSED, "a checkpoint of another log"),
  INCLUSION_INVALID(2005, Exit.BYTES_DIFFER, "the inclusion proof does not lead to the checkpoint"),
  CONSISTENCY_INVALID(2006, Exit.BYTES_DIFFER, "the log's past was changed"),
  BAD_TILE(2007, Exit.BYTES_DIFFER, "a tile does not match the tree"),
  BAD_PROOF(2008, Exit.REFUSED, "not an acceptable proof"),
  BAD_LOG_ENTRY(2009, Exit.REFUSED, "not an acceptable transparency log entry"),
  LOG_UNTRUSTED(2010, Exit.REFUSED, "an entry of a transparency log that is not trusted"),
  LOG_ENTRY_MISMATCH(2011, Exit.REFUSED, "the log entry is about another signature"),
  NOT_LOGGED(2012, Exit.REFUSED, "no trusted transparency log has the signature"),
  LOG_PROMISE_INVALID(2013, Exit.REFUSED, "the log's promise to include the entry is not its own"),
  NOT_INCLUDED(2014, Exit.REFUSED, "a log entry whose proof does not lead to the checkpoint"),

  // 21: the ledger
  NOT_A_LEDGER(2101, Exit.USAGE, "not a ledger folder"),
  LEDGER_LOCKED(2102, Exit.UNDECIDED, "another process is writing to the ledger"),
  LEDGER_CORRUPT(2103, Exit.BYTES_DIFFER, "the ledger's files contradict its checkpoint"),
  LEDGER_EXISTS(2104, Exit.USAGE, "there is already something in the folder"),
  LEDGER_KEY(2105, Exit.USAGE, "the ledger's key cannot be used"),
  BAD_RECORD(2106, Exit.BYTES_DIFFER, "a ledger record is not acceptable"),
  LEDGER_WRITE(2107, Exit.UNDECIDED, "the ledger could not be written"),
  LEDGER_REPLACED(2108, Exit.BYTES_DIFFER, "the ledger is older than one seen before"),

  // 30: registries and network
  BAD_REFERENCE(3001, Exit.USAGE, "not an image reference"),
  UNREACHABLE(3002, Exit.UNDECIDED, "cannot be reached"),
  THROTTLED(3003, Exit.UNDECIDED, "the registry asks us to slow down"),
  UNAUTHORIZED(3004, Exit.UNDECIDED, "access denied"),
  NOT_FOUND(3005, Exit.REFUSED, "not found"),
  BAD_RESPONSE(3006, Exit.UNDECIDED, "an answer that breaks the protocol"),
  PLAIN_HTTP(3007, Exit.USAGE, "plain HTTP is not used here"),
  BAD_MANIFEST(3008, Exit.REFUSED, "not an acceptable manifest"),
  LISTEN_FAILED(3009, Exit.UNDECIDED, "the address cannot be listened on"),
  SERVER_ERROR(3010, Exit.UNDECIDED, "the registry failed"),
  REGISTRY_BLOCKED(3011, Exit.REFUSED, "blocked by the configuration of this machine"),

  SERVICE_REFUSED(3020, Exit.REFUSED, "a signing service refused the request"),
  BAD_SIGNING_CONFIG(3021, Exit.USAGE, "the signing config cannot be used"),
  NO_SERVICE(3022, Exit.USAGE, "fewer signing services than needed"),
  SERVICE_FAILED(3023, Exit.UNDECIDED, "a signing service failed"),

  // 31: layouts and archives
  NOT_A_LAYOUT(3101, Exit.USAGE, "not an OCI image layout"),
  BAD_ARCHIVE(3102, Exit.REFUSED, "not an acceptable archive"),
  UNSAFE_PATH(3103, Exit.REFUSED, "a path that leads outside"),
  EVIDENCE_LOST(3104, Exit.BYTES_DIFFER, "the copy lacks evidence that the original has"),
  EVIDENCE_CONFLICT(3105, Exit.REFUSED, "the destination has other evidence under the same tag"),

  // 40: admission
  BAD_REVIEW(4001, Exit.USAGE, "not an AdmissionReview"),
  DENIED(4002, Exit.REFUSED, "denied by policy"),
  BAD_SNAPSHOT(4003, Exit.USAGE, "not a snapshot of what runs"),
  POD_UNREADABLE(4004, Exit.REFUSED, "the pod's images cannot be told"),

  // 50: questions and proofs
  BAD_QUESTION(5001, Exit.USAGE, "not a question that can be answered"),
  NO_ADVISORY(5002, Exit.UNDECIDED, "no advisory of that name is recorded"),
  BAD_PROOF_FILE(5003, Exit.REFUSED, "not an acceptable proof file"),
  PROOF_INVALID(5004, Exit.BYTES_DIFFER, "the proof does not prove its answer"),
  INDEX_STALE(5005, Exit.UNDECIDED, "the index does not match the ledger"),

  // 60: commands
  USAGE(6001, Exit.USAGE, "the command was not understood"),
  FILE_UNREADABLE(6002, Exit.USAGE, "a file cannot be read"),
  FILE_UNWRITABLE(6003, Exit.UNDECIDED, "a file cannot be written"),
  FILE_EXISTS(6004, Exit.USAGE, "the file exists already"),
  BAD_CONFIG(6005, Exit.USAGE, "the configuration cannot be used"),

  // 90: ourselves
  BUG(9001, Exit.BUG, "a defect in Assay");

  /** What a command's exit status says. */
  public enum Exit {
    OK(0),
    REFUSED(1),
    USAGE(2),
    UNDECIDED(3),
    BYTES_DIFFER(4),
    BUG(5);

    private final int status;

    Exit(int status) {
      this.status = status;
    }

    public int status() {
      return status;
    }

    /** Of several, the most severe: 5, 4, 3, 2, 1, 0. */
    public Exit worse(Exit other) {
      return status >= other.status ? this : other;
    }
  }

  private final int number;
  private final Exit exit;
  private final String title;

  Code(int number, Exit exit, String title) {
    this.number = number;
    this.exit = exit;
    this.title = title;
  }

  public Exit exit() {
    return exit;
  }

  public String title() {
    return title;
  }

  /** {@code ASY1203}. */
  public String id() {
    return "ASY" + number;
  }

  /** Finds a code by {@code ASY1203}, {@code asy1203} or {@code 1203}. */
  public static Optional<Code> byId(String text) {
    String digits = text.toUpperCase(Locale.ROOT);
    if (digits.startsWith("ASY")) {
      digits = digits.substring(3);
    }
    for (Code code : values()) {
      if (Integer.toString(code.number).equals(digits)) {
        return Optional.of(code);
      }
    }
    return Optional.empty();
  }
}
