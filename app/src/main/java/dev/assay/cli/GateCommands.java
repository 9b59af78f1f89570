package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.SelfSignedCertificate;
import dev.assay.gate.AdmissionHandler;
import dev.assay.gate.AdmissionReview;
import dev.assay.gate.DecisionLog;
import dev.assay.gate.Gate;
import dev.assay.gate.GateSettings;
import dev.assay.gate.Mode;
import dev.assay.gate.WebhookConfiguration;
import dev.assay.ledger.Ledger;
import dev.assay.ledger.LedgerTurns;
import dev.assay.net.TlsMaterial;
import dev.assay.server.RunningServer;
import dev.assay.server.WebServers;
import dev.assay.signing.NativeSignatures;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code gate serve}, {@code gate review}. */
final class GateCommands {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration CERTIFICATE_LIFE = Duration.ofDays(365);
  private static final int WEBHOOK_TIMEOUT = 10;

  private static final List<CommandSpec.Option> DECIDING = deciding();

  private static List<CommandSpec.Option> deciding() {
    List<CommandSpec.Option> out = new ArrayList<>();
    out.add(value("policy", "FILE", "the trust policy (needed)"));
    out.add(value("cluster", "NAME", "the cluster's name in records (default: default)"));
    out.add(value("mode", "MODE", "enforce or audit (default: what the policy says)"));
    out.add(SignatureRepository.OPTION);
    out.add(flag("plain-http", "reach registries by plain HTTP (loopback ones always are)"));
    out.addAll(TlsOptions.FOR_REGISTRIES);
    return out;
  }

  static final CommandSpec SERVE =
      new CommandSpec(
          "gate serve",
          "answer a Kubernetes API server's admission requests",
          "",
          0,
          0,
          """
          Listens for AdmissionReviews (admission.k8s.io/v1) at /validate and /mutate. A workload is
          allowed when every image of it is verified. Each decision is in the ledger before it is
          answered; in mode enforce a decision that cannot be recorded is a denial.

          Without --tls-cert and --tls-key a certificate is made for this run; --ca-out writes it,
          and --print-webhook prints the configuration that holds it.
          """,
          join(
              DECIDING,
              value("ledger", "DIR", "where decisions are recorded (default: see assay config)"),
              value("listen", "HOST:PORT", "where to listen (default: 127.0.0.1:8443)"),
              value("tls-cert", "FILE", "the certificate chain, PEM"),
              value("tls-key", "FILE", "its key, PKCS#8 PEM"),
              CommandSpec.values(
                  "tls-name", "NAME", "a name or address for the certificate made here"),
              value("ca-out", "FILE", "write the certificate clients shall trust"),
              flag("print-webhook", "print the ValidatingWebhookConfiguration to apply"),
              flag("print-pinning", "print the MutatingWebhookConfiguration with it"),
              value("url", "URL", "how the API server reaches this gate (default: by --listen)"),
              value("service", "NAMESPACE/NAME", "the Service in front of it, instead of --url"),
              value("own-namespace", "NAME", "left out of the rules (default: assay-system)")),
          List.of(
              "assay gate serve --policy policy.yaml --ledger /var/lib/assay --cluster prod-eu",
              "assay gate serve --policy p.yaml --ledger L --print-webhook   # kubectl apply -f"
                  + " -"));

  static final CommandSpec REVIEW =
      new CommandSpec(
          "gate review",
          "decide about one AdmissionReview from a file, as the gate would",
          "FILE|-",
          1,
          1,
          """
          Prints the AdmissionReview that the gate would answer. The decision is recorded if a
          ledger is named. Exit status: 0 allowed, 1 denied, 3 could not be decided.
          """,
          join(
              DECIDING,
              value("ledger", "DIR", "record the decision here (default: $ASSAY_LEDGER, if set)")),
          List.of("assay gate review --policy policy.yaml review.json"));

  private GateCommands() {}

  private static List<CommandSpec.Option> join(
      List<CommandSpec.Option> first, CommandSpec.Option... more) {
    List<CommandSpec.Option> out = new ArrayList<>(first);
    out.addAll(List.of(more));
    return out;
  }

  /** What both commands need: the judge, the settings, and the log if there is a ledger. */
  private record Opened(Gate gate, Optional<DecisionLog> log, Mode mode) implements AutoCloseable {
    @Override
    public void close() {
      gate.close();
      log.ifPresent(DecisionLog::close);
    }
  }

  private static Opened open(
      Arguments arguments, Context context, JudgeSource judges, Optional<Path> ledger) {
    String file = arguments.required("policy");
    byte[] policy = Inputs.read(context, file, Limits.DOCUMENT_BYTES);
    JudgeSource.PolicyJudge judge = judges.open(arguments, context, file, policy, ledger);
    Mode mode = arguments.value("mode").map(GateCommands::mode).orElse(judge.mode());
    String cluster = arguments.value("cluster").orElse("default");
    dev.assay.cluster.Snapshot.checkCluster(cluster);
    Optional<DecisionLog> log = ledger.map(folder -> decisionLog(folder, context));
    Gate gate =
        new Gate(
            new GateSettings(cluster, mode),
            judge.policy().bytes(),
            judge.judge(),
            log,
            context.clock());
    return new Opened(gate, log, mode);
  }

  private static DecisionLog decisionLog(Path folder, Context context) {
    LedgerTurns turns = LedgerTurns.of(folder, context.clock(), PATIENCE);
    // A ledger that cannot be written stops the start, not the first request.
    turns.write((reader, writer) -> reader.size());
    try (Ledger reader = Ledger.openForReading(folder)) {
      return new DecisionLog(reader, turns);
    }
  }

  private static Mode mode(String text) {
    for (Mode mode : Mode.values()) {
      if (mode.id().equals(text)) {
        return mode;
      }
    }
    throw new AssayException(
        Code.USAGE, "not a mode: " + Text.quote(text), "--mode enforce, --mode audit");
  }

  static Optional<Path> ledger(Arguments arguments, Context context) {
    return arguments.value("ledger").or(() -> context.variable("ASSAY_LEDGER")).map(context::path);
  }

  /** The ledger that is named, else the one that {@code assay config} shows. */
  static Path requiredLedger(Arguments arguments, Context context) {
    return ledger(arguments, context).orElseGet(() -> Path.of(new Home(context).ledger().value()));
  }

  static int review(Arguments arguments, Context context, JudgeSource judges) {
    byte[] document = Inputs.read(context, arguments.operand(0), Limits.ADMISSION_BYTES);
    AdmissionReview review = AdmissionReview.parse(document);
    try (Opened opened = open(arguments, context, judges, ledger(arguments, context))) {
      Gate.Answer answer = opened.gate().validate(review);
      context.out().print(answer.response().pretty());
      if (answer.allowed()) {
        return Code.Exit.OK.status();
      }
      return (answer.undecided() ? Code.Exit.UNDECIDED : Code.Exit.REFUSED).status();
    }
  }

  static int serve(Arguments arguments, Context context, JudgeSource judges) {
    Listen listen = Listen.parse(arguments.value("listen").orElse("127.0.0.1:8443"));
    Tls tls = tls(arguments, context, listen);
    Path ledger = requiredLedger(arguments, context);
    NativeSignatures.useSoon();
    try (Opened opened = open(arguments, context, judges, Optional.of(ledger));
        RunningServer server =
            WebServers.start(
                new AdmissionHandler(opened.gate(), () -> true),
                listen.host(),
                listen.port(),
                Optional.of(tls.material()))) {
      arguments
          .value("ca-out")
          .ifPresent(f -> Inputs.write(context, f, Text.utf8(tls.trusted()), true));
      if (arguments.flag("print-webhook") || arguments.flag("print-pinning")) {
        context
            .out()
            .print(webhook(arguments, tls, server.url()).text(arguments.flag("print-pinning")));
        context.out().flush();
      }
      // The configuration is the data where it was asked for; else the address is.
      boolean configuration = arguments.flag("print-webhook") || arguments.flag("print-pinning");
      java.io.PrintStream to = configuration ? context.err() : context.out();
      to.println(server.url() + "/validate  mode " + opened.mode().id());
      to.flush();
      await(server, opened);
    }
    return 0;
  }

  private static void await(RunningServer server, Opened opened) {
    // Ended by a signal, requests under way are still answered and recorded.
    Thread hook =
        new Thread(() -> {
          server.close();
          opened.close();
        });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      server.await();
    } catch (InterruptedException e) {
      // Whoever runs this in a thread of its own ends it so. What is closed next must not be
      // interrupted again: the server and the ledger would break off.
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending; the hook runs.
      }
    }
  }

  private record Tls(TlsMaterial material, String trusted) {}

  private static Tls tls(Arguments arguments, Context context, Listen listen) {
    Optional<String> certificate = arguments.value("tls-cert");
    Optional<String> key = arguments.value("tls-key");
    if (certificate.isPresent() != key.isPresent()) {
      throw new AssayException(Code.USAGE, "--tls-cert and --tls-key go together");
    }
    if (certificate.isPresent() && key.isPresent()) {
      byte[] pem = Inputs.read(context, certificate.get(), Limits.DOCUMENT_BYTES);
      byte[] secret = Inputs.read(context, key.get(), Limits.DOCUMENT_BYTES);
      return new Tls(new TlsMaterial(pem, secret), Text.utf8(pem));
    }
    List<String> names = new ArrayList<>(arguments.values("tls-name"));
    service(arguments).ifPresent(s -> names.add(s.name() + "." + s.namespace() + ".svc"));
    if (names.isEmpty()) {
      names.add(listen.host());
      names.add("localhost");
    }
    Instant now = context.clock().instant();
    SelfSignedCertificate made =
        SelfSignedCertificate.create(
            names, now.minus(Duration.ofHours(1)), now.plus(CERTIFICATE_LIFE));
    return new Tls(new TlsMaterial(Text.utf8(made.pem()), made.privateKeyPem()), made.pem());
  }

  private static Optional<WebhookConfiguration.Service> service(Arguments arguments) {
    return arguments
        .value("service")
        .map(text -> {
          String[] parts = text.split("/", -1);
          if (parts.length != 2 || !isLabel(parts[0]) || !isLabel(parts[1])) {
            throw new AssayException(
                Code.USAGE, "not a Service: " + Text.quote(text), "--service NAMESPACE/NAME");
          }
          return new WebhookConfiguration.Service(parts[0], parts[1], 443);
        });
  }

  private static boolean isLabel(String text) {
    return text.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  }

  private static WebhookConfiguration webhook(Arguments arguments, Tls tls, String url) {
    Optional<WebhookConfiguration.Service> service = service(arguments);
    return new WebhookConfiguration(
        "assay",
        service.isPresent() ? Optional.empty() : Optional.of(arguments.value("url").orElse(url)),
        service,
        tls.trusted(),
        arguments.value("own-namespace").orElse("assay-system"),
        WEBHOOK_TIMEOUT);
  }
}
