package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;
import static dev.assay.cli.CommandSpec.values;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.KeyAlgorithm;
import dev.assay.crypto.PublicKey;
import dev.assay.crypto.SignatureScheme;
import dev.assay.trust.LogId;
import dev.assay.trust.PublicGood;
import dev.assay.trust.Rfc3339;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.TrustRootReader;
import dev.assay.trust.TrustRootWriter;
import dev.assay.trust.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code trust create}: a trust root of one's own services. */
final class TrustCreateCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "trust create",
          "write a trusted_root.json for one's own services",
          "",
          0,
          0,
          """
          Each service is a list of NAME=VALUE with commas between them, as cosign trusted-root create takes it. Of an authority: url, certificate-chain (a PEM
          file, the root last), start-time, end-time, operator. Of a log: url, public-key (a PEM file), start-time, end-time, operator; of a Rekor log also
          origin, the name that the log signs its checkpoints by. Times are as in 2026-11-22T00:00:00Z.

          A log needs its start-time: signatures of a log that does not say since when it is valid do not count. An authority without one is valid from its
          root certificate's beginning.
          """,
          List.of(
              values("fulcio", "SPEC", "an issuer of signing certificates"),
              values("ctfe", "SPEC", "a certificate transparency log"),
              values("rekor", "SPEC", "a transparency log of signatures"),
              values("tsa", "SPEC", "an RFC 3161 timestamp authority"),
              flag("with-default-services", "also the public-good services that assay ships"),
              value("out", "FILE", "where to write it; standard output where none is given"),
              flag("replace", "replace the file if it is there")),
          List.of(
              "assay trust create --rekor"
                  + " url=https://log.example.com,public-key=release.pub,start-time=2026-01-01T00:00:00Z"
                  + " --out trusted_root.json"));

  private TrustCreateCommand() {}

  static int run(Arguments arguments, Context context) {
    List<TrustRoot.Authority> issuers = new ArrayList<>();
    List<TrustRoot.Log> certificateLogs = new ArrayList<>();
    List<TrustRoot.Log> logs = new ArrayList<>();
    List<TrustRoot.Authority> timestamps = new ArrayList<>();
    if (arguments.flag("with-default-services")) {
      TrustRoot shipped = TrustRootReader.read(PublicGood.trustedRoot());
      issuers.addAll(shipped.authorities());
      certificateLogs.addAll(shipped.certificateLogs());
      logs.addAll(shipped.logs());
      timestamps.addAll(shipped.timestampAuthorities());
    }
    arguments.values("fulcio").forEach(s -> issuers.add(authority("fulcio", s, context)));
    arguments.values("ctfe").forEach(s -> certificateLogs.add(log("ctfe", s, context)));
    arguments.values("rekor").forEach(s -> logs.add(log("rekor", s, context)));
    arguments.values("tsa").forEach(s -> timestamps.add(authority("tsa", s, context)));
    if (issuers.isEmpty() && logs.isEmpty() && certificateLogs.isEmpty() && timestamps.isEmpty()) {
      throw new AssayException(
          Code.USAGE, "a trust root of nothing", "--fulcio, --ctfe, --rekor, --tsa name services");
    }
    TrustRoot root = TrustRootWriter.assemble(logs, issuers, certificateLogs, timestamps);
    byte[] document = TrustRootWriter.write(root);
    Optional<String> out = arguments.value("out");
    if (out.isPresent()) {
      Inputs.write(context, out.get(), document, arguments.flag("replace"));
      context.out().println(out.get() + "  " + root.digest());
    } else {
      context.out().write(document, 0, document.length);
    }
    return 0;
  }

  private static TrustRoot.Log log(String option, String text, Context context) {
    Map<String, String> spec =
        spec(
            option,
            text,
            option.equals("rekor")
                ? List.of("url", "public-key", "start-time", "end-time", "operator", "origin")
                : List.of("url", "public-key", "start-time", "end-time", "operator"));
    byte[] pem = Inputs.read(context, needed(option, spec, "public-key"), Limits.KEY_BYTES);
    PublicKey key = PublicKey.fromPem(pem);
    Optional<Instant> start = time(option, spec, "start-time");
    if (start.isEmpty()) {
      throw bad(option, "start-time is needed");
    }
    return new TrustRoot.Log(
        needed(option, spec, "url"),
        key,
        SignatureScheme.usual(key.algorithm()),
        id(key, Optional.ofNullable(spec.get("origin"))),
        window(option, start, time(option, spec, "end-time")),
        Optional.ofNullable(spec.get("operator")));
  }

  // A log that signs notes (Rekor v2) is named by its name and key (C2SP signed-note), any other by
  // its key.
  private static LogId id(PublicKey key, Optional<String> origin) {
    if (origin.isPresent() && key.algorithm() == KeyAlgorithm.ED25519) {
      return LogId.of(Hashes.sha256(Text.utf8(origin.get() + "\n"), new byte[] {1}, key.raw()));
    }
    return LogId.of(key.id().value());
  }

  private static TrustRoot.Authority authority(String option, String text, Context context) {
    Map<String, String> spec =
        spec(
            option,
            text,
            List.of("url", "certificate-chain", "start-time", "end-time", "operator"));
    byte[] pem =
        Inputs.read(context, needed(option, spec, "certificate-chain"), Limits.DOCUMENT_BYTES);
    List<Certificate> chain = Certificate.fromPem(pem);
    Certificate root = chain.getLast();
    if (!root.selfSigned()) {
      throw bad(option, "the last certificate of the chain is not a root: " + root.subjectName());
    }
    for (int i = 0; i + 1 < chain.size(); i++) {
      if (!chain.get(i).signedBy(chain.get(i + 1).key())) {
        throw bad(option, "certificate " + (i + 1) + " of the chain is not signed by the next one");
      }
    }
    Instant start = time(option, spec, "start-time").orElse(root.notBefore());
    return new TrustRoot.Authority(
        needed(option, spec, "url"),
        chain,
        window(option, Optional.of(start), time(option, spec, "end-time")),
        Optional.ofNullable(spec.get("operator")));
  }

  private static Map<String, String> spec(String option, String text, List<String> known) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? part : part.substring(0, equals);
      if (equals < 0 || !known.contains(name)) {
        throw bad(option, "no " + Text.quote(name) + "; known: " + String.join(", ", known));
      }
      if (out.put(name, part.substring(equals + 1)) != null) {
        throw bad(option, name + " is given twice");
      }
    }
    return out;
  }

  private static String needed(String option, Map<String, String> spec, String name) {
    String value = spec.getOrDefault(name, "");
    if (value.isEmpty()) {
      throw bad(option, name + " is needed");
    }
    return value;
  }

  private static Optional<Instant> time(String option, Map<String, String> spec, String name) {
    String text = spec.get(name);
    if (text == null) {
      return Optional.empty();
    }
    Optional<Instant> time = Rfc3339.parse(text);
    if (time.isEmpty()) {
      throw bad(option, name + " is not a time as 2026-11-22T00:00:00Z: " + Text.quote(text));
    }
    return time;
  }

  private static Window window(String option, Optional<Instant> start, Optional<Instant> end) {
    if (start.isPresent() && end.isPresent() && end.get().isBefore(start.get())) {
      throw bad(option, "end-time is before start-time");
    }
    return new Window(start, end);
  }

  private static AssayException bad(String option, String what) {
    return new AssayException(Code.USAGE, "--" + option + ": " + what, "assay trust create --help");
  }
}
