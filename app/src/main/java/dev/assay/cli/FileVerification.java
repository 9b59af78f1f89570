package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.verify.Candidate;
import dev.assay.verify.Check;
import dev.assay.verify.History;
import dev.assay.verify.Subject;
import dev.assay.verify.Verdict;
import dev.assay.verify.Verifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Verifies files, and digests of files that are elsewhere. Safe for use by several threads. */
final class FileVerification {

  /** What evidence beside a file may be called, after the file's name. */
  static final List<String> BESIDE =
      List.of(".sigstore.json", ".sigstore", ".intoto.jsonl", ".bundle");

  private final VerifyRequest request;
  private final Arguments arguments;
  private final Context context;

  FileVerification(VerifyRequest request, Arguments arguments, Context context) {
    this.request = request;
    this.arguments = arguments;
    this.context = context;
  }

  /** Whether it lies beside the file that it is evidence of, and so is no subject itself. */
  static boolean isEvidence(Path file, Path folder) {
    String name = String.valueOf(file.getFileName());
    for (String suffix : BESIDE) {
      if (name.endsWith(suffix) && name.length() > suffix.length()) {
        String subject = name.substring(0, name.length() - suffix.length());
        if (Files.isRegularFile(file.resolveSibling(subject))) {
          return true;
        }
      }
    }
    return false;
  }

  VerifyCommand.Result file(String name) {
    Optional<String> ssh = arguments.value("ssh-signature");
    if (ssh.isPresent()) {
      return ssh(name, ssh.get());
    }
    noPolicy();
    List<String> bundles = arguments.values("bundle");
    if (bundles.isEmpty()) {
      bundles = beside(name);
    }
    return judge(subject(name, context), bundles);
  }

  private VerifyCommand.Result ssh(String name, String signature) {
    Verdict verdict =
        SshVerification.verify(
            name,
            new SshVerification.Request(
                signature,
                arguments.required("allowed-signers"),
                arguments.value("revoked-keys"),
                arguments.value("namespace").orElse("file"),
                arguments.value("principal"),
                HardwareOptions.backing(arguments, context)),
            request.time(context),
            context);
    return new VerifyCommand.Result(
        verdict,
        List.of(),
        verdict.decisive().flatMap(Check::code).map(c -> "assay explain " + c.id()));
  }

  VerifyCommand.Result digest(String text) {
    noPolicy();
    if (arguments.values("bundle").isEmpty()) {
      throw new AssayException(
          Code.USAGE, "--bundle is needed: a digest has nothing beside it", "--bundle FILE");
    }
    return judge(Subject.of(text, Digest.parse(text)), arguments.values("bundle"));
  }

  static Subject subject(String name, Context context) {
    return new Subject(name, Target.digest(name, context), new FileContent(context.path(name)));
  }

  private void noPolicy() {
    if (request.policy().isPresent()) {
      throw new AssayException(
          Code.USAGE, "a policy speaks of images; a file is verified with --key or --identity");
    }
  }

  private List<String> beside(String name) {
    List<String> out = new ArrayList<>();
    for (String suffix : BESIDE) {
      if (Files.exists(context.path(name + suffix))) {
        out.add(name + suffix);
      }
    }
    return out;
  }

  private VerifyCommand.Result judge(Subject subject, List<String> bundles) {
    List<Candidate> candidates = new ArrayList<>();
    for (String bundle : bundles) {
      DocumentsBeside documents = new DocumentsBeside(bundle, context);
      for (Candidate candidate :
          Candidate.read(bundle, Inputs.read(context, bundle, Limits.SBOM_BYTES))) {
        candidates.add(candidate.withDocuments(documents));
      }
    }
    java.time.Instant at = request.time(context);
    Verifier.Outcome outcome =
        Verifier.verify(
            subject, candidates, request.requirements(), request.trust(), History.NONE, at);
    Verdict verdict =
        new Verdict(subject.name(), Optional.of(subject.digest()), outcome.checks(), at.toString());
    Optional<String> next =
        verdict.verified()
            ? Optional.empty()
            : Optional.of(next(verdict, bundles.isEmpty(), subject.name()));
    return new VerifyCommand.Result(verdict, outcome.accepted(), next);
  }

  private static String next(Verdict verdict, boolean noBundle, String name) {
    return noBundle
        ? "assay sign --key KEY " + name + "   (if it is yours; a bundle elsewhere: --bundle FILE)"
        : "assay explain " + verdict.decisive().flatMap(Check::code).orElse(Code.NO_SIGNATURE).id();
  }

  // The file is read again only for a key that hashes otherwise or signs the content itself.
  private static final class FileContent implements Subject.Content {
    private final Path path;
    private final Map<Digest.Algorithm, Digest> known = new EnumMap<>(Digest.Algorithm.class);

    FileContent(Path path) {
      this.path = path;
    }

    @Override
    public synchronized Optional<Digest> digest(Digest.Algorithm algorithm) {
      return Optional.of(known.computeIfAbsent(algorithm, a -> Target.digest(path, a)));
    }

    @Override
    public Optional<byte[]> bytes() {
      return Optional.of(Target.content(path, Limits.SIGNED_CONTENT_BYTES));
    }
  }
}
