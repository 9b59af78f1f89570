package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How something was built (slsa.dev/spec/v1.2/build-provenance; v0.2 is read into the same terms).
 * A member that is missing, null or empty says nothing, and reads as empty here (v1, "Parsing
 * rules"); extension members are left to {@code externalParameters}' reader.
 *
 * @param version the predicate type it was read from
 * @param buildType how the parameters are to be understood
 * @param externalParameters what somebody outside the builder chose; not to be trusted until
 *     checked. Of v0.2: {@code configSource}, {@code parameters} and {@code buildConfig}
 * @param internalParameters what the builder chose. Of v0.2: {@code environment}
 * @param resolvedDependencies what went into the build. Of v0.2: {@code materials}
 * @param builderId who says so; trusted only together with the signer
 * @param invocationId the builder's name for this run
 */
public record SlsaProvenance(
    String version,
    String buildType,
    Json.Obj externalParameters,
    Json.Obj internalParameters,
    List<Dependency> resolvedDependencies,
    String builderId,
    Optional<String> invocationId,
    Optional<Instant> startedOn,
    Optional<Instant> finishedOn) {

  /** Dependencies of one build. */
  static final int MAX_DEPENDENCIES = 100_000;

  private static final int MAX_DIGESTS = 32;

  /**
   * Something that went into the build.
   *
   * @param digests algorithm to value, as written
   * @param downloadLocation where it was fetched from, if the builder says so
   */
  public record Dependency(
      Optional<String> uri,
      Map<String, String> digests,
      Optional<String> name,
      Optional<String> downloadLocation) {

    /**
     * @throws AssayException with {@link Code#BAD_PREDICATE} if it names nothing, or two commits
     */
    public Dependency {
      digests = Collections.unmodifiableMap(new LinkedHashMap<>(digests));
      String commit = digests.get("gitCommit");
      String sha1 = digests.get("sha1");
      if (commit != null && sha1 != null && !commit.equals(sha1) && isGitUri(uri)) {
        throw new AssayException(
            Code.BAD_PREDICATE, "a dependency with two git commits: " + commit + ", " + sha1);
      }
    }

    /**
     * The commit, if this is a git repository: {@code gitCommit}, or for a {@code git+} URI also
     * {@code sha1}, which builders wrote before (elsewhere that is the SHA-1 of a file).
     */
    public Optional<SourceCommit> sourceCommit() {
      String commit = digests.get("gitCommit");
      if (commit == null && isGitUri(uri)) {
        commit = digests.get("sha1");
      }
      return commit != null && isCommit(commit)
          ? Optional.of(new SourceCommit(uri.orElse(""), commit))
          : Optional.empty();
    }

    /** A digest that names the content: of SHA-2, well-formed; the strongest is not preferred. */
    public Optional<Digest> strongDigest() {
      for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
        String text = algorithm.id() + ":" + digests.get(algorithm.id());
        if (Digest.isDigest(text)) {
          return Optional.of(Digest.parse(text));
        }
      }
      return Optional.empty();
    }

    private static boolean isGitUri(Optional<String> uri) {
      return uri.filter(u -> u.startsWith("git+") || u.startsWith("git:")).isPresent();
    }

    private static boolean isCommit(String text) {
      if (text.length() != 40 && text.length() != 64) {
        return false;
      }
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * A git commit that was built.
   *
   * @param uri the repository, often with a ref: {@code
   *     git+https://example.com/pay@refs/heads/main}
   * @param commit 40 or 64 lower-case hexadecimal digits
   */
  public record SourceCommit(String uri, String commit) {}

  public SlsaProvenance {
    resolvedDependencies = List.copyOf(resolvedDependencies);
  }

  /**
   * Reads the predicate of a statement.
   *
   * @throws AssayException with {@link Code#BAD_PREDICATE}, or {@link Code#WRONG_PREDICATE_TYPE} if
   *     the statement is not provenance of a version we read
   */
  public static SlsaProvenance of(Statement statement) {
    return read(statement.predicateType(), statement.predicate());
  }

  /** As {@link #of}, from a predicate that is in no statement yet. */
  public static SlsaProvenance read(String predicateType, Json predicate) {
    Fields f = Fields.of(predicate, "predicate", Code.BAD_PREDICATE);
    return switch (predicateType) {
      case PredicateTypes.SLSA_PROVENANCE_V1 -> v1(f);
      case PredicateTypes.SLSA_PROVENANCE_V02 -> v02(f);
      default ->
          throw new AssayException(
              Code.WRONG_PREDICATE_TYPE,
              "not SLSA provenance v1 or v0.2: " + dev.assay.bytes.Text.quote(predicateType));
    };
  }

  private static SlsaProvenance v1(Fields f) {
    Fields definition = f.object("buildDefinition");
    Fields run = f.object("runDetails");
    Optional<Fields> metadata = run.optionalObject("metadata");
    return new SlsaProvenance(
        PredicateTypes.SLSA_PROVENANCE_V1,
        someString(definition, "buildType"),
        object(definition.required("externalParameters"), definition, "externalParameters"),
        optionalObject(definition, "internalParameters"),
        dependencies(definition, "resolvedDependencies"),
        someString(run.object("builder"), "id"),
        metadata.flatMap(m -> m.optionalString("invocationId")).filter(s -> !s.isEmpty()),
        metadata.flatMap(m -> m.optionalTime("startedOn")),
        metadata.flatMap(m -> m.optionalTime("finishedOn")));
  }

  private static SlsaProvenance v02(Fields f) {
    Optional<Fields> invocation = f.optionalObject("invocation");
    Optional<Fields> metadata = f.optionalObject("metadata");
    Map<String, Json> external = new LinkedHashMap<>();
    invocation
        .flatMap(i -> i.optional("configSource"))
        .ifPresent(v -> external.put("configSource", v));
    invocation.flatMap(i -> i.optional("parameters")).ifPresent(v -> external.put("parameters", v));
    f.optional("buildConfig").ifPresent(v -> external.put("buildConfig", v));
    Map<String, Json> internal = new LinkedHashMap<>();
    invocation
        .flatMap(i -> i.optional("environment"))
        .ifPresent(v -> internal.put("environment", v));
    return new SlsaProvenance(
        PredicateTypes.SLSA_PROVENANCE_V02,
        someString(f, "buildType"),
        new Json.Obj(external),
        new Json.Obj(internal),
        dependencies(f, "materials"),
        someString(f.object("builder"), "id"),
        metadata.flatMap(m -> m.optionalString("buildInvocationId")).filter(s -> !s.isEmpty()),
        metadata.flatMap(m -> m.optionalTime("buildStartedOn")),
        metadata.flatMap(m -> m.optionalTime("buildFinishedOn")));
  }

  private static String someString(Fields f, String name) {
    String value = f.string(name);
    if (value.isEmpty()) {
      throw f.bad(name, "empty");
    }
    return value;
  }

  private static Json.Obj object(Json value, Fields f, String name) {
    if (value instanceof Json.Obj object) {
      return object;
    }
    throw f.bad(name, "expected an object, found " + value.kind());
  }

  private static Json.Obj optionalObject(Fields f, String name) {
    return f.optional(name).map(v -> object(v, f, name)).orElseGet(() -> Json.object().build());
  }

  private static List<Dependency> dependencies(Fields f, String name) {
    List<Dependency> out = new ArrayList<>();
    for (Fields d : f.objects(name, MAX_DEPENDENCIES)) {
      out.add(
          new Dependency(
              d.optionalString("uri").filter(s -> !s.isEmpty()),
              d.stringMap("digest", MAX_DIGESTS),
              d.optionalString("name").filter(s -> !s.isEmpty()),
              d.optionalString("downloadLocation").filter(s -> !s.isEmpty())));
    }
    return out;
  }

  /** The distinct git commits among the dependencies, in their order. */
  public List<SourceCommit> sourceCommits() {
    Set<SourceCommit> out = new LinkedHashSet<>();
    for (Dependency dependency : resolvedDependencies) {
      dependency.sourceCommit().ifPresent(out::add);
    }
    return List.copyOf(out);
  }

  /** Whether a value says nothing: null, and an empty string, array or object. */
  public static boolean isUnset(Json value) {
    return switch (value) {
      case Json.Null n -> true;
      case Json.Str s -> s.value().isEmpty();
      case Json.Arr a -> a.elements().isEmpty();
      case Json.Obj o -> o.members().isEmpty();
      case Json.Num n -> false;
      case Json.Bool b -> false;
    };
  }
}
