package dev.assay.policy;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.TrustRootReader;
import dev.assay.trust.TrustedKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads a {@link TrustPolicy} from YAML or JSON, reporting all problems at once. */
public final class PolicyReader {

  /** The only version there is. */
  public static final String API_VERSION = "assay.dev/v1";

  private static final int MANY = 1_000;

  /**
   * Something wrong with a policy.
   *
   * @param line counted from 1
   */
  public record Problem(int line, Code code, String message) {
    @Override
    public String toString() {
      return "line " + line + ": " + message;
    }
  }

  /** A policy, or the reasons why there is none. Exactly one of the two is there. */
  public record Result(Optional<TrustPolicy> policy, List<Problem> problems) {}

  private final Function<String, byte[]> files;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, Signer> signers = new LinkedHashMap<>();
  private final Map<String, TrustPolicy.Builder> builders = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();
  private YamlReader.@Nullable Document document;

  private PolicyReader(Function<String, byte[]> files) {
    this.files = files;
  }

  /**
   * @param files reads a {@code keyFile}, by its name in the policy; throws AssayException when it
   *     cannot
   */
  public static Result read(byte[] bytes, Function<String, byte[]> files) {
    return new PolicyReader(files).read(bytes);
  }

  /**
   * As {@link #read}, throwing when there is any problem.
   *
   * @throws AssayException with {@link Code#BAD_POLICY} or the code of the only problem
   */
  public static TrustPolicy readOrThrow(byte[] bytes, Function<String, byte[]> files) {
    Result result = read(bytes, files);
    if (result.policy().isPresent()) {
      return result.policy().get();
    }
    List<Problem> problems = result.problems();
    Code code = problems.size() == 1 ? problems.getFirst().code() : Code.BAD_POLICY;
    throw new AssayException(
        code.exit() == Code.Exit.USAGE ? code : Code.BAD_POLICY,
        "the policy cannot be used: "
            + String.join("; ", problems.stream().map(Problem::toString).toList()),
        "assay policy check FILE");
  }

  /**
   * The policy as one document: every {@code keyFile} replaced by the key in it, so that it says
   * years later what it said when it was in force. JSON, which is read as {@link #read} reads.
   *
   * @throws AssayException as {@link #readOrThrow}
   */
  public static byte[] selfContained(byte[] bytes, Function<String, byte[]> files) {
    readOrThrow(bytes, files);
    Fields document = Fields.of(YamlReader.read(bytes).value(), "policy");
    Fields spec = document.object("spec");
    List<Json> signers = new ArrayList<>();
    for (Json signer : spec.array("signers", MANY)) {
      signers.add(SignerReader.selfContained(signer, files));
    }
    Json whole = with(spec, "signers", Json.array(signers));
    if (spec.has("trustRoots")) {
      List<Json> roots = new ArrayList<>();
      for (Json root : spec.array("trustRoots", MANY)) {
        Fields f = Fields.of(root, "policy.spec.trustRoots");
        Optional<String> file = f.optionalString("file");
        roots.add(
            file.isPresent()
                ? Json.object()
                    .put("root", Json.parse(files.apply(file.get()), Limits.DOCUMENT_BYTES))
                    .build()
                : root);
      }
      whole = with(Fields.of(whole, "policy.spec"), "trustRoots", Json.array(roots));
    }
    return Text.utf8(with(document, "spec", whole).pretty());
  }

  private static Json with(Fields object, String name, Json value) {
    Map<String, Json> members = new LinkedHashMap<>();
    for (String member : object.names()) {
      members.put(member, object.optional(member).orElseGet(Json.Null::new));
    }
    members.put(name, value);
    return new Json.Obj(members);
  }

  private Result read(byte[] bytes) {
    YamlReader.Document doc;
    try {
      doc = YamlReader.read(bytes);
    } catch (AssayException e) {
      return new Result(
          Optional.empty(),
          List.of(
              new Problem(
                  lineIn(e),
                  e.code(),
                  String.valueOf(e.getMessage()).replaceFirst("^line [0-9]+: ", ""))));
    }
    document = doc;
    TrustPolicy policy = section("", () -> top(doc.value()));
    if (policy == null || !problems.isEmpty()) {
      if (problems.isEmpty()) {
        problems.add(new Problem(1, Code.BAD_POLICY, "the policy is empty"));
      }
      return new Result(Optional.empty(), List.copyOf(problems));
    }
    return new Result(Optional.of(policy), List.of());
  }

  private static int lineIn(AssayException e) {
    String message = String.valueOf(e.getMessage());
    if (message.startsWith("line ")) {
      int end = message.indexOf(':');
      if (end > 5 && message.substring(5, end).matches("[0-9]{1,7}")) {
        return Integer.parseInt(message.substring(5, end));
      }
    }
    return 1;
  }

  // Runs one part of the reading; its problem is noted and the reading goes on.
  private <T> @Nullable T section(String path, Supplier<@Nullable T> part) {
    try {
      return part.get();
    } catch (AssayException e) {
      String message = String.valueOf(e.getMessage());
      String where = message.startsWith("policy.") ? message.substring(7).split(":", 2)[0] : path;
      int line = document == null ? 1 : document.line(where.isEmpty() ? path : where);
      Code code = e.code() == Code.UNKNOWN_FIELD ? Code.POLICY_UNKNOWN_KEY : e.code();
      problems.add(new Problem(line, code, message));
      return null;
    }
  }

  private void problem(String path, Code code, String message) {
    int line = document == null ? 1 : document.line(path);
    problems.add(new Problem(line, code, path + ": " + message));
  }

  private @Nullable TrustPolicy top(Json value) {
    Fields f = fields(value, "policy");
    String version = f.string("apiVersion");
    if (!version.equals(API_VERSION)) {
      throw f.bad("apiVersion", "expected " + API_VERSION + ", found " + Text.quote(version));
    }
    String kind = f.string("kind");
    if (!kind.equals("TrustPolicy")) {
      throw f.bad("kind", "expected TrustPolicy, found " + Text.quote(kind));
    }
    Fields metadata = f.object("metadata");
    String name = metadata.string("name");
    unknown(metadata, "metadata");
    Fields spec = f.object("spec");
    unknown(f, "");
    TrustPolicy.Mode mode =
        switch (spec.string("mode")) {
          case "enforce" -> TrustPolicy.Mode.ENFORCE;
          case "audit" -> TrustPolicy.Mode.AUDIT;
          default -> throw spec.bad("mode", "expected enforce or audit");
        };
    each(spec, "signers", "spec.signers", this::signer);
    each(spec, "builders", "spec.builders", this::builder);
    List<TrustPolicy.Rule> rules = new ArrayList<>();
    each(
        spec,
        "rules",
        "spec.rules",
        (at, rule) -> {
          TrustPolicy.Rule read = rule(at, rule);
          if (read != null) {
            rules.add(read);
          }
        });
    List<TrustRoot> roots = trustRoots(spec);
    TrustPolicy.Evidence evidence =
        spec.optionalObject("evidence")
            .map(e -> evidence("spec.evidence", e))
            .orElse(TrustPolicy.Evidence.USUAL);
    unknown(spec, "spec");
    if (spec.array("rules", MANY).isEmpty()) {
      problem("spec.rules", Code.BAD_POLICY, "at least one rule is needed");
    }
    for (String signer : signers.keySet()) {
      if (!used.contains(signer)) {
        problem(
            "spec.signers", Code.BAD_POLICY, "the signer " + Text.quote(signer) + " is not used");
      }
    }
    return new TrustPolicy(name, mode, rules, roots, evidence);
  }

  private List<TrustRoot> trustRoots(Fields spec) {
    List<TrustRoot> out = new ArrayList<>();
    each(
        spec,
        "trustRoots",
        "spec.trustRoots",
        (at, f) -> {
          Optional<Json> inline = f.optional("root");
          Optional<String> file = f.optionalString("file");
          if (inline.isPresent() == file.isPresent()) {
            throw f.bad("file", "exactly one of root and file is needed");
          }
          unknown(f, at);
          byte[] document =
              inline
                  .map(j -> Text.utf8(j.compact()))
                  .orElseGet(() -> files.apply(file.orElseThrow()));
          out.add(TrustRootReader.read(document));
        });
    return out;
  }

  private TrustPolicy.Evidence evidence(String at, Fields f) {
    TrustPolicy.Evidence out =
        new TrustPolicy.Evidence(
            count(f, "logs"),
            count(f, "timestamps"),
            count(f, "certificateLogs"),
            f.bool("trustedTime", false),
            f.bool("freshTrustRoot", false));
    unknown(f, at);
    return out;
  }

  private static Optional<Integer> count(Fields f, String name) {
    Optional<Long> value = f.optionalInteger(name);
    if (value.isPresent() && (value.get() < 0 || value.get() > 32)) {
      throw f.bad(name, "a number from 0 to 32 is needed, found " + value.get());
    }
    return value.map(Long::intValue);
  }

  private static Fields fields(Json value, String path) {
    return Fields.of(value, path, Code.BAD_POLICY);
  }

  private void unknown(Fields f, String path) {
    section(
        path,
        () -> {
          f.done(Code.POLICY_UNKNOWN_KEY);
          return null;
        });
  }

  private interface Reader {
    void read(String path, Fields fields);
  }

  private void each(Fields parent, String name, String path, Reader reader) {
    section(
        path,
        () -> {
          List<Json> elements = parent.array(name, MANY);
          for (int i = 0; i < elements.size(); i++) {
            String at = path + "[" + i + "]";
            Json element = elements.get(i);
            section(
                at,
                () -> {
                  reader.read(at, fields(element, "policy." + at));
                  return null;
                });
          }
          return null;
        });
  }

  private void signer(String at, Fields f) {
    String name = f.string("name");
    Signer signer = signers().read(name, f);
    unknown(f, at);
    if (signer instanceof TrustedKey key) {
      for (Signer other : signers.values()) {
        if (other instanceof TrustedKey known && known.key().id().equals(key.key().id())) {
          throw f.bad(
              "name",
              Text.quote(name)
                  + " has the same key as "
                  + Text.quote(other.name())
                  + ": a key counts once");
        }
      }
    }
    if (signers.put(name, signer) != null) {
      throw f.bad("name", "the signer " + Text.quote(name) + " is there twice");
    }
  }

  private SignerReader signers() {
    return new SignerReader(
        files,
        name -> {
          Optional<Signer> known = Optional.ofNullable(signers.get(name));
          known.ifPresent(s -> used.add(name));
          return known;
        });
  }

  private void builder(String at, Fields f) {
    String id = f.string("id");
    List<Signer> keys = signersOf(f, at);
    unknown(f, at);
    if (builders.put(id, new TrustPolicy.Builder(id, keys)) != null) {
      throw f.bad("id", "the builder " + Text.quote(id) + " is there twice");
    }
  }

  private List<Signer> signersOf(Fields f, String at) {
    List<String> names = f.strings("signers", MANY);
    if (names.isEmpty()) {
      throw f.bad("signers", "at least one signer is needed");
    }
    List<Signer> keys = new ArrayList<>();
    for (String name : names) {
      Signer key = signers.get(name);
      if (key == null) {
        problem(at + ".signers", Code.BAD_POLICY, "there is no signer " + Text.quote(name));
      } else if (!keys.contains(key)) {
        keys.add(key);
        used.add(name);
      }
    }
    return keys;
  }

  private TrustPolicy.@Nullable Rule rule(String at, Fields f) {
    List<Glob> images = globs(f, "images", at);
    Optional<Fields> signature = f.optionalObject("signature");
    Optional<Fields> provenance = f.optionalObject("provenance");
    Optional<Fields> sbom = f.optionalObject("sbom");
    unknown(f, at);
    if (images.isEmpty()) {
      throw f.bad("images", "at least one pattern is needed");
    }
    if (signature.isEmpty() && provenance.isEmpty()) {
      throw new AssayException(
          Code.BAD_POLICY, "policy." + at + ": a rule asks for a signature or for provenance");
    }
    Optional<TrustPolicy.Signature> sig =
        signature.map(s -> section(at + ".signature", () -> signature(at + ".signature", s)));
    Optional<TrustPolicy.Provenance> prov =
        provenance.map(p -> section(at + ".provenance", () -> provenance(at + ".provenance", p)));
    Optional<TrustPolicy.Sbom> bom =
        sbom.map(s ->
            section(
                at + ".sbom",
                () -> {
                  List<Signer> keys = signersOf(s, at + ".sbom");
                  unknown(s, at + ".sbom");
                  return new TrustPolicy.Sbom(keys);
                }));
    if (sbom.isEmpty()
        && prov.flatMap(TrustPolicy.Provenance::dependencies)
            .filter(TrustPolicy.Dependencies::matchSbom)
            .isPresent()) {
      problem(
          at + ".provenance.dependencies.matchSbom",
          Code.POLICY_CONFLICT,
          "matchSbom needs an sbom in the same rule");
    }
    return new TrustPolicy.Rule(at, images, sig, prov, bom);
  }

  private List<Glob> globs(Fields f, String name, String at) {
    List<Glob> out = new ArrayList<>();
    for (String text : f.strings(name, MANY)) {
      Glob glob = section(at + "." + name, () -> Glob.parse(text));
      if (glob != null) {
        out.add(glob);
      }
    }
    return out;
  }

  private TrustPolicy.Signature signature(String at, Fields f) {
    List<Signer> keys = signersOf(f, at);
    long threshold = f.optionalInteger("threshold").orElse(1L);
    boolean sameStatement = f.bool("sameStatement", false);
    unknown(f, at);
    if (threshold < 1 || threshold > keys.size()) {
      throw f.bad(
          "threshold", "1 to " + keys.size() + " (the number of signers), found " + threshold);
    }
    if (sameStatement && threshold == 1) {
      throw f.bad("sameStatement", "says nothing with a threshold of 1");
    }
    return new TrustPolicy.Signature(keys, (int) threshold, sameStatement);
  }

  private TrustPolicy.Provenance provenance(String at, Fields f) {
    List<TrustPolicy.Builder> accepted = new ArrayList<>();
    for (String id : f.strings("builders", MANY)) {
      TrustPolicy.Builder builder = builders.get(id);
      if (builder == null) {
        problem(at + ".builders", Code.BAD_POLICY, "there is no builder " + Text.quote(id));
      } else {
        accepted.add(builder);
      }
    }
    List<String> buildTypes = f.strings("buildTypes", MANY);
    Optional<TrustPolicy.Source> source =
        f.optionalObject("source").map(s -> source(at + ".source", s));
    Optional<TrustPolicy.ExternalParameters> parameters =
        f.optionalObject("externalParameters")
            .map(p -> {
              var read =
                  new TrustPolicy.ExternalParameters(
                      p.stringMap("expected", MANY), p.strings("ignored", MANY));
              unknown(p, at + ".externalParameters");
              return read;
            });
    Optional<TrustPolicy.Dependencies> dependencies =
        f.optionalObject("dependencies").map(d -> dependencies(at + ".dependencies", d));
    unknown(f, at);
    if (accepted.isEmpty()) {
      throw f.bad("builders", "at least one builder is needed");
    }
    return new TrustPolicy.Provenance(accepted, buildTypes, source, parameters, dependencies);
  }

  private TrustPolicy.Source source(String at, Fields f) {
    String repository = f.string("repository");
    List<Glob> refs = globs(f, "refs", at);
    unknown(f, at);
    return new TrustPolicy.Source(repository, refs);
  }

  private TrustPolicy.Dependencies dependencies(String at, Fields f) {
    List<TrustPolicy.Origin> origins = new ArrayList<>();
    each(
        f,
        "origins",
        at + ".origins",
        (path, o) -> {
          Glob packages = Glob.parse(o.string("packages"));
          List<String> from = o.strings("from", MANY);
          unknown(o, path);
          for (String prefix : from) {
            if (!prefix.matches("(https|oci|file|git\\+https)://.+/")) {
              throw o.bad(
                  "from", "an address that ends in a slash is needed, found " + Text.quote(prefix));
            }
          }
          if (from.isEmpty()) {
            throw o.bad("from", "at least one address is needed");
          }
          origins.add(new TrustPolicy.Origin(packages, from));
        });
    boolean matchSbom = f.bool("matchSbom", false);
    unknown(f, at);
    if (origins.isEmpty() && !matchSbom) {
      throw f.bad("origins", "origins or matchSbom is needed");
    }
    return new TrustPolicy.Dependencies(origins, matchSbom);
  }
}
