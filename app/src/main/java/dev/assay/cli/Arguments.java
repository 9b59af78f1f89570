package dev.assay.cli;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The options and operands of one call, already checked against the {@link CommandSpec}. */
record Arguments(CommandSpec spec, Map<String, List<String>> options, List<String> operands) {

  boolean flag(String name) {
    return options.containsKey(declared(name));
  }

  Optional<String> value(String name) {
    List<String> values = options.get(declared(name));
    return values == null ? Optional.empty() : Optional.of(values.getLast());
  }

  String required(String name) {
    return value(name)
        .orElseThrow(() ->
            new AssayException(
                Code.USAGE, "--" + name + " is needed", "assay " + spec.name() + " --help"));
  }

  List<String> values(String name) {
    return options.getOrDefault(declared(name), List.of());
  }

  String operand(int index) {
    return operands.get(index);
  }

  // An option that the spec does not declare would silently never be there.
  private String declared(String name) {
    if (spec.options().stream().noneMatch(o -> o.name().equals(name))) {
      throw new IllegalStateException("option not declared: --" + name);
    }
    return name;
  }
}
