package dev.assay.lab;

import dev.assay.bytes.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A Sigstore instance. The same clock and seed give the same bytes.
 *
 * <pre>
 *   Lab lab = Lab.at(Instant.parse("2026-06-01T12:00:00Z"), 1);
 *   byte[] root = lab.trustRoot().bytes();
 *   LabBundle good = lab.bundle().artifact(bytes).make();
 *   LabBundle late = lab.bundle().artifact(bytes).entry(e -&gt; e.time(lab.now().plusSeconds(3600))).make();
 * </pre>
 */
public final class Lab {

  /** The identity that bundles have unless another is asked for. */
  public static final String IDENTITY =
      "https://github.com/example/project/.github/workflows/release.yml@refs/heads/main";

  /** The OIDC issuer that bundles have unless another is asked for. */
  public static final String ISSUER = "https://token.actions.githubusercontent.com";

  /** The entries that every log begins with; room for a million more. */
  private static final long GROWN = 0x4b5L << 20;

  private final SeededRandom random;
  private final Instant now;
  private final CertificateAuthority ca;
  private final CtLog ctLog;
  private final RekorLog rekor1;
  private final RekorLog rekor2;
  private final TimestampAuthority tsa;

  private Lab(Instant now, long seed, LabKey.Kind caKind) {
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
    random = new SeededRandom(seed);
    ca = newCertificateAuthority(caKind);
    ctLog = newCtLog("ct.example");
    rekor1 = newRekorV1("rekor.example");
    rekor2 = newRekorV2("log2026.rekor.example");
    tsa = newTimestampAuthority("tsa.example", LabKey.Kind.P384);
  }

  /** An instance whose authorities use P-384, as the public one. */
  public static Lab at(Instant now, long seed) {
    return new Lab(now, seed, LabKey.Kind.P384);
  }

  /** An instance whose certificate authority has keys of another kind. */
  public static Lab at(Instant now, long seed, LabKey.Kind certificateAuthority) {
    return new Lab(now, seed, certificateAuthority);
  }

  /** When bundles are signed: whole seconds. */
  public Instant now() {
    return now;
  }

  /** When everything in a trust root begins. */
  public Instant start() {
    return now.minus(Duration.ofDays(365));
  }

  private Instant end() {
    return now.plus(Duration.ofDays(3650));
  }

  /** The issuer of leaf certificates. */
  public CertificateAuthority ca() {
    return ca;
  }

  /** The certificate transparency log. */
  public CtLog ctLog() {
    return ctLog;
  }

  /** The Rekor v1 log. */
  public RekorLog rekorV1() {
    return rekor1;
  }

  /** The Rekor v2 log. */
  public RekorLog rekorV2() {
    return rekor2;
  }

  /** The timestamp authority. */
  public TimestampAuthority tsa() {
    return tsa;
  }

  /** A fresh key. */
  public synchronized LabKey key(LabKey.Kind kind) {
    return LabKey.generate(kind, random);
  }

  /** Random bytes. */
  public synchronized byte[] bytes(int count) {
    return random.bytes(count);
  }

  /** Another certificate authority, which no trust root knows yet. */
  public CertificateAuthority newCertificateAuthority(LabKey.Kind kind) {
    return newCertificateAuthority(kind, start(), end());
  }

  /** Another certificate authority whose intermediate has this validity. */
  public CertificateAuthority newCertificateAuthority(LabKey.Kind kind, Instant from, Instant to) {
    return CertificateAuthority.create(
        random,
        kind,
        "fulcio.example",
        start(),
        end(),
        from,
        to,
        CertificateAuthority.CODE_SIGNING);
  }

  /** Another certificate transparency log. */
  public CtLog newCtLog(String host) {
    return newCtLog(host, LabKey.Kind.P256);
  }

  /** Another certificate transparency log. */
  public CtLog newCtLog(String host, LabKey.Kind kind) {
    return new CtLog("https://" + host + "/2026", key(kind));
  }

  /** Another Rekor v1 log. */
  public RekorLog newRekorV1(String host) {
    return new RekorLog(
        RekorLog.Generation.V1,
        host,
        host + " - 123456789",
        key(LabKey.Kind.P256),
        new LabTree(GROWN, random));
  }

  /** Another Rekor v2 log. */
  public RekorLog newRekorV2(String host) {
    return new RekorLog(
        RekorLog.Generation.V2, host, host, key(LabKey.Kind.ED25519), new LabTree(GROWN, random));
  }

  /** Another timestamp authority, leaf under root. */
  public TimestampAuthority newTimestampAuthority(String host, LabKey.Kind kind) {
    return newTimestampAuthority(host, kind, start(), end());
  }

  /** Another timestamp authority whose leaf has this validity. */
  public TimestampAuthority newTimestampAuthority(
      String host, LabKey.Kind kind, Instant from, Instant to) {
    CertificateAuthority authority =
        CertificateAuthority.create(
                random, kind, host, start(), end(), CertificateAuthority.TIME_STAMPING)
            .direct();
    LabKey key = key(kind);
    return new TimestampAuthority(
        "https://" + host + "/api/v1/timestamp",
        authority,
        authority.issue(TimestampAuthority.leafSpec(authority, key, random, from, to)));
  }

  /** The specification of a timestamp authority's leaf, to change and give back to it. */
  public CertificateSpec timestampLeafSpec(TimestampAuthority authority, LabKey key) {
    return TimestampAuthority.leafSpec(authority.authority(), key, random, start(), end());
  }

  /** A witness. */
  public Witness newWitness(String name) {
    return new Witness(name, key(LabKey.Kind.ED25519));
  }

  /** A trust root with everything in it, all from {@link #start} on. */
  public TrustRootDraft trustRoot() {
    return emptyTrustRoot().add(rekor1).add(rekor2).add(ca).add(ctLog).add(tsa);
  }

  /** A trust root with nothing in it. */
  public TrustRootDraft emptyTrustRoot() {
    return new TrustRootDraft(start());
  }

  /** A keyless bundle over an artifact, in Rekor v1, unless changed. */
  public BundleDraft bundle() {
    return new BundleDraft(this);
  }

  /** Two bundles over one statement: one of a classical key, one of an ML-DSA key; no log. */
  public List<LabBundle> hybrid(LabKey classical, LabKey postQuantum, byte[] artifact) {
    Json.Obj statement = statement(artifact, "artifact");
    List<LabBundle> out = new ArrayList<>();
    for (LabKey key : List.of(classical, postQuantum)) {
      out.add(bundle().managed(key).statement(artifact, statement).withoutLog().make());
    }
    return out;
  }

  /** An in-toto Statement v1 with SLSA provenance v1 about an artifact. */
  public static Json.Obj statement(byte[] artifact, String name) {
    Json.Builder predicate =
        Json.object()
            .put(
                "buildDefinition",
                Json.object()
                    .put("buildType", "https://actions.github.io/buildtypes/workflow/v1")
                    .put(
                        "externalParameters",
                        Json.object()
                            .put(
                                "workflow",
                                Json.object()
                                    .put("ref", "refs/heads/main")
                                    .put("repository", "https://github.com/example/project")
                                    .put("path", ".github/workflows/release.yml")))
                    .put(
                        "resolvedDependencies",
                        List.of(
                            Json.object()
                                .put(
                                    "uri", "git+https://github.com/example/project@refs/heads/main")
                                .put(
                                    "digest",
                                    Json.object()
                                        .put(
                                            "gitCommit",
                                            "6cb9515e1f0a4f5b8c6d7e8f9a0b1c2d3e4f5a6b"))
                                .build())))
            .put(
                "runDetails",
                Json.object()
                    .put("builder", Json.object().put("id", IDENTITY))
                    .put(
                        "metadata",
                        Json.object()
                            .put(
                                "invocationId",
                                "https://github.com/example/project/actions/runs/1/attempts/1")));
    return statement(artifact, name, "https://slsa.dev/provenance/v1", predicate.build());
  }

  /** An in-toto Statement v1 about an artifact. */
  public static Json.Obj statement(
      byte[] artifact, String name, String predicateType, Json.Obj predicate) {
    return Json.object()
        .put("_type", "https://in-toto.io/Statement/v1")
        .put(
            "subject",
            List.of(
                Json.object()
                    .put("name", name)
                    .put(
                        "digest",
                        Json.object().put("sha256", HexFormat.of().formatHex(Der.sha256(artifact))))
                    .build()))
        .put("predicateType", predicateType)
        .put("predicate", predicate)
        .build();
  }

  SeededRandom random() {
    return random;
  }
}
