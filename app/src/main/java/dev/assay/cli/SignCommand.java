package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.attest.PredicateTypes;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.signing.BundleSigner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code sign}: images, files and digests. */
final class SignCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "sign",
          "sign images (by their digests), files or digests",
          "IMAGE[:TAG]@DIGEST|FILE|DIGEST...",
          1,
          CommandSpec.MANY,
          """
          An image's signature is attached to it in its registry, as a Sigstore bundle of version 0.3 that refers to the
          image (OCI 1.1; where a registry has no referrers API, by the fallback tag). cosign verifies it. A tag is not
          signed: it can move between the moment you look and the moment it is signed. --recursive signs every image that
          an index lists, and then the index.

          --also-legacy adds the form that podman, CRI-O, skopeo and cosign before version 3 read, under the tag
          sha256-<hex>.sig. It says as what the image may be used: IMAGE:TAG@DIGEST signs the tag too, which must name the
          digest at that moment; IMAGE@DIGEST speaks for the digest alone.

          A file's signature is written beside it, as FILE.sigstore.json, or to --bundle. Of a digest (sha256:...) the
          signature is the same as of the file that has it; --bundle says where it is written.

          Several subjects are signed a few at a time. One that fails does not stop the others; the exit status is that of
          the worst.

          The key's password is COSIGN_PASSWORD if that is set, else it is asked for. The key may be elsewhere than in a
          file: env://VARIABLE, pkcs11:token=...;object=... (a token), ssh-agent: (an SSH agent), or SCHEME://... for the
          program sigstore-kms-SCHEME, a plugin of cosign's.

          --keyless signs in the name of an identity: a CI job's, or yours after a login. A certificate authority issues
          a certificate for some minutes, and logs and timestamp authorities see the signature; --key with --rekor-url,
          --timestamp-url or --signing-config has them see a key's.

          --ssh-signature writes the signature that ssh-keygen -Y verify reads, by a key of an SSH agent.
          """,
          options(),
          List.of(
              "assay sign --key release.key registry.example/pay@sha256:9f86d0...",
              "assay sign --key release.key --also-legacy"
                  + " registry.example/pay:1.8@sha256:9f86d0...",
              "assay sign --keyless --yes registry.example/pay@sha256:9f86d0...   # in CI",
              "assay sign --key release.key pay.tar.gz   # writes pay.tar.gz.sigstore.json"));

  private static final List<String> ONLY_IMAGES =
      List.of("annotation", "recursive", "also-legacy", "signature-repository");

  // containers/image takes this member of what is noted for a time.
  private static final String TIMESTAMP = "timestamp";

  private static final List<String> NOT_SSH =
      List.of(
          "recursive",
          "also-legacy",
          "signature-repository",
          "output",
          "tls-ca",
          "tls-cert",
          "tls-key");

  private SignCommand() {}

  private static List<CommandSpec.Option> options() {
    List<CommandSpec.Option> all = new ArrayList<>();
    all.add(value("bundle", "FILE", "where the bundle of a file is written; - is standard output"));
    all.add(value("ssh-signature", "FILE", "write an SSH signature of a file instead"));
    all.add(value("namespace", "NAME", "what an SSH signature is for (\"file\" where not given)"));
    all.add(values("annotation", "NAME=VALUE", "say more about an image in the signed statement"));
    all.addAll(ImageSigning.OPTIONS);
    all.add(flag("replace", "replace an existing bundle file"));
    all.add(SigningRun.OUTPUT);
    return SignerOptions.with(
        TlsOptions.with(all.toArray(CommandSpec.Option[]::new)).toArray(CommandSpec.Option[]::new));
  }

  static int run(Arguments arguments, Context context) {
    if (arguments.value("ssh-signature").isPresent()) {
      for (String option : NOT_SSH) {
        if (arguments.options().containsKey(option)) {
          throw new AssayException(Code.USAGE, "--" + option + " does not go with --ssh-signature");
        }
      }
      return SshSigning.run(arguments, context);
    }
    if (arguments.value("namespace").isPresent()) {
      throw new AssayException(Code.USAGE, "--namespace goes with --ssh-signature");
    }
    SigningRun.check(arguments, context, ONLY_IMAGES);
    if (arguments.flag("also-legacy") && annotations(arguments).containsKey(TIMESTAMP)) {
      throw new AssayException(
          Code.USAGE,
          "--annotation "
              + TIMESTAMP
              + " does not go with --also-legacy: container tools read a"
              + " number there, and refuse anything else");
    }
    SigningRun run = new SigningRun(arguments, context);
    try (BundleSigner signer = SignerOptions.open(arguments, context);
        ImageSigning images =
            new ImageSigning(signer, new Signature(notes(arguments)), arguments, context)) {
      List<SigningRun.Job> jobs = new ArrayList<>();
      for (String name : arguments.operands()) {
        jobs.add(
            new SigningRun.Job(
                name,
                switch (SigningRun.kind(name, context)) {
                  case IMAGE -> (more, done) -> images.attach(name, more, done);
                  case FILE -> (more, done) -> file(name, signer, run, arguments, context);
                  case DIGEST -> (more, done) -> digest(name, signer, run, arguments);
                }));
      }
      return run.run(jobs);
    }
  }

  /** That an image is signed, and what its signer notes about it. */
  private record Signature(Map<String, Json> annotations) implements ImageSigning.Said {
    @Override
    public String predicateType() {
      return PredicateTypes.COSIGN_SIGN_V1;
    }

    @Override
    public Statement about(String repository, Digest image) {
      Statement.Subject subject =
          new Statement.Subject(
              Optional.empty(), Map.of(image.algorithm().id(), image.hex()), annotations);
      return Statement.create(List.of(subject), predicateType(), Json.object().build());
    }

    @Override
    public Optional<Map<String, Json>> signatureNotes() {
      return Optional.of(annotations);
    }
  }

  private static List<ImageSigning.Signed> file(
      String name, BundleSigner signer, SigningRun run, Arguments arguments, Context context) {
    // What is signed and what is named must be the same bytes, so they are read once.
    byte[] content = Inputs.read(context, name, SIGNED_FILE_BYTES);
    return run.written(
        Hashes.sha256Digest(content),
        SigningRun.target(arguments, name),
        signer.message(content).write());
  }

  private static List<ImageSigning.Signed> digest(
      String name, BundleSigner signer, SigningRun run, Arguments arguments) {
    Digest digest = Digest.parse(name);
    return run.written(digest, SigningRun.target(arguments, name), signer.digest(digest).write());
  }

  /** The largest file that is signed (it is held in memory). */
  static final int SIGNED_FILE_BYTES = 1 << 30;

  private static Map<String, Json> notes(Arguments arguments) {
    Map<String, Json> out = new LinkedHashMap<>();
    annotations(arguments).forEach((name, value) -> out.put(name, Json.of(value)));
    return out;
  }

  static Map<String, String> annotations(Arguments arguments) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String pair : arguments.values("annotation")) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new AssayException(Code.USAGE, "not NAME=VALUE: " + Text.quote(pair));
      }
      String name = pair.substring(0, equals);
      if (out.put(name, pair.substring(equals + 1)) != null) {
        throw new AssayException(
            Code.USAGE, "--annotation " + Text.quote(name) + " is there twice");
      }
    }
    return out;
  }
}
