package dev.assay.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every command there is, by name. A command's class is loaded when it is looked up and not before:
 * what {@code verify} does not need, {@code verify} does not load.
 */
final class Commands {

  /** A declaration with what runs it. */
  record Entry(CommandSpec spec, Command command) {}

  /** A command found at the start of a command line, and what follows it. */
  record Match(Entry entry, List<String> rest) {}

  private static final int MAX_WORDS = 3;

  // The order in which help shows them.
  private static final Map<String, List<String>> SECTIONS = new LinkedHashMap<>();

  static {
    SECTIONS.put("first", List.of("demo"));
    SECTIONS.put(
        "sign and attest",
        List.of(
            "key generate",
            "key import",
            "key public",
            "key list",
            "key rotate",
            "key revoke",
            "key attestation verify",
            "key register",
            "sign",
            "attest"));
    SECTIONS.put("trust", List.of("trust create", "trust inspect", "trust age", "trust update"));
    SECTIONS.put(
        "verify",
        List.of(
            "verify",
            "bundle inspect",
            "policy check",
            "policy schema",
            "explain",
            "conformance sign-bundle",
            "conformance verify-bundle"));
    SECTIONS.put(
        "images",
        List.of(
            "image create",
            "image push",
            "image pull",
            "image digest",
            "image tag",
            "copy",
            "tree",
            "save",
            "load",
            "registry serve",
            "registry gc"));
    SECTIONS.put("admit and observe", List.of("gate serve", "gate review", "observe"));
    SECTIONS.put("ask and prove", List.of("advisory add", "ask", "prove", "prove check", "serve"));
    SECTIONS.put(
        "the ledger",
        List.of(
            "ledger init",
            "ledger check",
            "ledger reindex",
            "ledger key show",
            "ledger key backup",
            "ledger key restore",
            "ledger key rotate"));
    SECTIONS.put("this command", List.of("config", "version", "completion"));
  }

  private Commands() {}

  private static Optional<Entry> entry(String name) {
    Entry entry =
        switch (name) {
          case "demo" -> new Entry(DemoCommand.SPEC, DemoCommand::run);
          case "key generate" -> new Entry(KeyCommands.GENERATE, KeyCommands::generate);
          case "key import" -> new Entry(KeyImportCommand.SPEC, KeyImportCommand::run);
          case "key list" -> new Entry(KeyListCommand.SPEC, KeyListCommand::run);
          case "key rotate" -> new Entry(KeyRotateCommand.SPEC, KeyRotateCommand::run);
          case "key revoke" -> new Entry(KeyRevokeCommand.SPEC, KeyRevokeCommand::run);
          case "key attestation verify" ->
              new Entry(KeyAttestationCommand.SPEC, KeyAttestationCommand::run);
          case "key register" -> new Entry(KeyRegisterCommand.SPEC, KeyRegisterCommand::run);
          case "key public" -> new Entry(KeyCommands.PUBLIC, KeyCommands::publicKey);
          case "sign" -> new Entry(SignCommand.SPEC, SignCommand::run);
          case "attest" -> new Entry(AttestCommand.SPEC, AttestCommand::run);
          case "verify" -> new Entry(VerifyCommand.SPEC, VerifyCommand::run);
          case "bundle inspect" -> new Entry(BundleCommands.INSPECT, BundleCommands::inspect);
          case "conformance sign-bundle" ->
              new Entry(ConformanceSigning.SPEC, ConformanceSigning::run);
          case "conformance verify-bundle" ->
              new Entry(ConformanceCommand.VERIFY_BUNDLE, ConformanceCommand::verifyBundle);
          case "policy check" -> new Entry(PolicyCommands.CHECK, PolicyCommands::check);
          case "policy schema" -> new Entry(PolicyCommands.SCHEMA, PolicyCommands::schema);
          case "explain" -> new Entry(ExplainCommand.SPEC, ExplainCommand::run);
          case "trust create" -> new Entry(TrustCreateCommand.SPEC, TrustCreateCommand::run);
          case "trust inspect" -> new Entry(TrustCommands.INSPECT, TrustCommands::inspect);
          case "trust age" -> new Entry(TrustCommands.AGE, TrustCommands::age);
          case "trust update" -> new Entry(TrustUpdateCommand.SPEC, TrustUpdateCommand::run);
          case "registry serve" -> new Entry(RegistryCommands.SERVE, RegistryCommands::serve);
          case "registry gc" -> new Entry(RegistryCommands.GC, RegistryCommands::gc);
          case "image create" -> new Entry(ImageCommands.CREATE, ImageCommands::create);
          case "image push" -> new Entry(ImageCommands.PUSH, ImageCommands::push);
          case "image pull" -> new Entry(ImageCommands.PULL, ImageCommands::pull);
          case "image digest" -> new Entry(ImageCommands.DIGEST, ImageCommands::digest);
          case "image tag" -> new Entry(ImageCommands.TAG, ImageCommands::tag);
          case "copy" -> new Entry(CopyCommand.SPEC, CopyCommand::run);
          case "tree" -> new Entry(TreeCommand.SPEC, TreeCommand::run);
          case "save" -> new Entry(SaveCommand.SPEC, SaveCommand::run);
          case "load" -> new Entry(LoadCommand.SPEC, LoadCommand::run);
          case "ledger init" -> new Entry(LedgerCommands.INIT, LedgerCommands::init);
          case "ledger check" -> new Entry(LedgerCommands.CHECK, LedgerCommands::check);
          case "ledger key show" -> new Entry(LedgerCommands.KEY_SHOW, LedgerCommands::keyShow);
          case "ledger key rotate" ->
              new Entry(LedgerCommands.KEY_ROTATE, LedgerCommands::keyRotate);
          case "ledger key backup" ->
              new Entry(LedgerKeyCommands.BACKUP, LedgerKeyCommands::backup);
          case "ledger key restore" ->
              new Entry(LedgerKeyCommands.RESTORE, LedgerKeyCommands::restore);
          case "ledger reindex" -> new Entry(AskCommands.REINDEX, AskCommands::reindex);
          case "advisory add" -> new Entry(AskCommands.ADVISORY_ADD, AskCommands::advisoryAdd);
          case "ask" -> new Entry(AskCommands.ASK, AskCommands::ask);
          case "prove" -> new Entry(AskCommands.PROVE, AskCommands::prove);
          case "prove check" -> new Entry(AskCommands.PROVE_CHECK, AskCommands::proveCheck);
          case "gate serve" ->
              new Entry(GateCommands.SERVE, (a, c) -> GateCommands.serve(a, c, GateJudges::open));
          case "gate review" ->
              new Entry(GateCommands.REVIEW, (a, c) -> GateCommands.review(a, c, GateJudges::open));
          case "observe" -> new Entry(ObserveCommands.OBSERVE, ObserveCommands::observe);
          case "serve" -> new Entry(ObserveCommands.SERVE, ServeCommand::run);
          case "version" -> new Entry(VersionCommand.SPEC, VersionCommand::run);
          case "completion" -> new Entry(CompletionCommand.SPEC, CompletionCommand::run);
          case "config" -> new Entry(ConfigCommand.SPEC, ConfigCommand::run);
          default -> null;
        };
    return Optional.ofNullable(entry);
  }

  /** The longest command that the arguments begin with. */
  static Optional<Match> find(List<String> args) {
    for (int words = Math.min(MAX_WORDS, args.size()); words > 0; words--) {
      Optional<Entry> entry = entry(String.join(" ", args.subList(0, words)));
      if (entry.isPresent()) {
        return Optional.of(new Match(entry.get(), args.subList(words, args.size())));
      }
    }
    return Optional.empty();
  }

  /** The names under the headings of the overview. */
  static Map<String, List<String>> sections() {
    return SECTIONS;
  }

  static List<String> names() {
    return SECTIONS.values().stream().flatMap(List::stream).toList();
  }

  /** Every declaration, in the order of the overview. */
  static List<CommandSpec> all() {
    List<CommandSpec> out = new ArrayList<>();
    names().forEach(n -> spec(n).ifPresent(out::add));
    return out;
  }

  static Optional<CommandSpec> spec(String name) {
    return entry(name).map(Entry::spec);
  }

  /** The commands that begin with a word, where that word alone is no command. */
  static List<String> inGroup(String word) {
    return names().stream().filter(n -> n.startsWith(word + " ")).toList();
  }

  /** The command whose name differs least from what was typed, if it is near. */
  static Optional<String> nearest(String typed) {
    String best = null;
    int bestDistance = 3;
    for (String name : names()) {
      int distance = distance(typed, name);
      if (distance < bestDistance) {
        best = name;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  // Levenshtein over names that are short; what was typed is cut first.
  private static int distance(String typed, String name) {
    String a = typed.length() > 40 ? typed.substring(0, 40) : typed;
    int[] row = new int[name.length() + 1];
    for (int j = 0; j <= name.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= name.length(); j++) {
        int above = row[j];
        int change = a.charAt(i - 1) == name.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j] + 1, row[j - 1] + 1), diagonal + change);
        diagonal = above;
      }
    }
    return row[name.length()];
  }
}
