package dev.assay.cli;

import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.trust.TrustRoot;
import dev.assay.trust.Window;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A trust root, for a person and for a program. */
final class TrustRootText {

  private TrustRootText() {}

  static void print(TrustRoot root, PrintStream out) {
    out.println("trust root  " + root.digest());
    authorities("issuers of signing certificates (Fulcio)", root.authorities(), out);
    logs("transparency logs of signatures (Rekor)", root.logs(), out);
    logs("certificate transparency logs", root.certificateLogs(), out);
    authorities("timestamp authorities", root.timestampAuthorities(), out);
  }

  private static void logs(String heading, List<TrustRoot.Log> logs, PrintStream out) {
    heading(heading, logs.size(), out);
    for (TrustRoot.Log log : logs) {
      out.println("  " + Text.printable(log.baseUrl()));
      out.println("    valid     " + window(log.validFor(), true));
      out.println("    key       " + log.key().algorithm().id() + "  " + log.key().id());
      out.println("    signs by  " + log.scheme());
      out.println("    log id    " + log.id().hex());
      log.operator().ifPresent(o -> out.println("    operator  " + Text.printable(o)));
    }
  }

  private static void authorities(
      String heading, List<TrustRoot.Authority> authorities, PrintStream out) {
    heading(heading, authorities.size(), out);
    for (TrustRoot.Authority authority : authorities) {
      out.println("  " + Text.printable(authority.uri()));
      out.println("    valid     " + window(authority.validFor(), false));
      for (Certificate certificate : authority.chain()) {
        out.println("    chain     " + Text.printable(TrustCommands.line(certificate)));
        out.println("              " + certificate.id());
      }
      authority.operator().ifPresent(o -> out.println("    operator  " + Text.printable(o)));
    }
  }

  private static void heading(String heading, int count, PrintStream out) {
    out.println();
    out.println(heading + (count == 0 ? ": none" : ""));
  }

  private static String window(Window window, boolean ofLog) {
    return ofLog && window.start().isEmpty()
        ? window + " (without a start: its signatures do not count)"
        : window.toString();
  }

  static Json json(TrustRoot root) {
    return Json.object()
        .put("digest", root.digest().toString())
        .put("certificateAuthorities", authorities(root.authorities()))
        .put("transparencyLogs", logs(root.logs()))
        .put("certificateLogs", logs(root.certificateLogs()))
        .put("timestampAuthorities", authorities(root.timestampAuthorities()))
        .build();
  }

  private static List<Json> logs(List<TrustRoot.Log> logs) {
    List<Json> out = new ArrayList<>();
    for (TrustRoot.Log log : logs) {
      out.add(
          window(Json.object().put("url", log.baseUrl()), log.validFor())
              .put("algorithm", log.key().algorithm().id())
              .put("scheme", log.scheme().name())
              .put("key", log.key().id().toString())
              .put("logId", log.id().hex())
              .putIf("operator", log.operator())
              .build());
    }
    return out;
  }

  private static List<Json> authorities(List<TrustRoot.Authority> authorities) {
    List<Json> out = new ArrayList<>();
    for (TrustRoot.Authority authority : authorities) {
      List<Json> chain = new ArrayList<>();
      for (Certificate certificate : authority.chain()) {
        chain.add(
            Json.object()
                .put("subject", certificate.subjectName())
                .put("digest", certificate.id().toString())
                .put("algorithm", certificate.key().algorithm().id())
                .put("notBefore", certificate.notBefore().toString())
                .put("notAfter", certificate.notAfter().toString())
                .build());
      }
      out.add(
          window(Json.object().put("url", authority.uri()), authority.validFor())
              .put("chain", chain)
              .putIf("operator", authority.operator())
              .build());
    }
    return out;
  }

  private static Json.Builder window(Json.Builder out, Window window) {
    return out.putIf("validFrom", window.start().map(Object::toString))
        .putIf("validUntil", window.end().map(Object::toString));
  }
}
