package dev.assay.cli;

import static dev.assay.cli.CommandSpec.flag;
import static dev.assay.cli.CommandSpec.value;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** {@code demo}. */
final class DemoCommand {

  static final CommandSpec SPEC =
      new CommandSpec(
          "demo",
          "see the whole chain on this machine: sign, attest, verify, admit, tamper, ask, prove",
          "",
          0,
          0,
          """
          Needs no account, no network, no Docker. Everything listens on 127.0.0.1, on ports that are free, and lives in a
          temporary folder that is removed at the end. Before each act the command that does it is printed; every one of
          them is the real command, so with --keep you can repeat them by hand.

          With --attack, one attack is shown instead, and how it is refused: compromised-build, dependency, source,
          stolen-key, registry.
          """,
          List.of(
              value("attack", "VECTOR", "show one attack: " + String.join(", ", DemoAttacks.NAMES)),
              flag("keep", "keep the folder"),
              flag("serve", "stay up at the end, with the status page")),
          List.of("assay demo", "assay demo --keep --serve", "assay demo --attack stolen-key"));

  private DemoCommand() {}

  static int run(Arguments arguments, Context context) throws IOException {
    Optional<String> attack = arguments.value("attack");
    if (attack.isPresent() && !DemoAttacks.NAMES.contains(attack.get())) {
      throw new AssayException(
          Code.USAGE,
          "there is no attack " + Text.quote(attack.get()),
          "one of: " + String.join(", ", DemoAttacks.NAMES));
    }
    try (Stage stage = Stage.open(context, arguments.flag("keep"))) {
      if (attack.isPresent()) {
        new DemoAttacks(stage).run(attack.get());
      } else {
        Demo demo = new Demo(stage);
        demo.run();
        if (arguments.flag("serve")) {
          demo.serve();
        }
      }
    }
    return 0;
  }
}
