package dev.assay.trust;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads signing configs, version 0.2 and the older 0.1, which names addresses and nothing about
 * them. Unknown members refuse the document: a service that is left out is another choice.
 */
public final class SigningConfigReader {

  public static final String MEDIA_TYPE = "application/vnd.dev.sigstore.signingconfig.v0.2+json";

  private static final String OLD_MEDIA_TYPE =
      "application/vnd.dev.sigstore.signingconfig.v0.1+json";

  private SigningConfigReader() {}

  /**
   * Reads a signing config of at most {@link Limits#DOCUMENT_BYTES}.
   *
   * @throws AssayException with {@link Code#BAD_SIGNING_CONFIG}, naming the place
   */
  public static SigningConfig read(byte[] document) {
    try {
      return read(Json.parse(document, Limits.DOCUMENT_BYTES));
    } catch (AssayException e) {
      throw e.code() == Code.BAD_SIGNING_CONFIG
          ? e
          : new AssayException(Code.BAD_SIGNING_CONFIG, "signing config: " + e.getMessage(), e);
    }
  }

  private static SigningConfig read(Json json) {
    Fields f = Fields.of(json, "signing config", Code.BAD_SIGNING_CONFIG);
    String mediaType = f.string("mediaType");
    SigningConfig config =
        switch (mediaType) {
          case MEDIA_TYPE -> current(f);
          case OLD_MEDIA_TYPE -> old(f);
          default ->
              throw f.bad(
                  "mediaType", "not a signing config that is known: " + Text.quote(mediaType));
        };
    f.done(Code.BAD_SIGNING_CONFIG);
    return config;
  }

  private static SigningConfig current(Fields f) {
    List<SigningConfig.Service> logs = services(f, "rekorTlogUrls");
    List<SigningConfig.Service> timestamps = services(f, "tsaUrls");
    return new SigningConfig(
        services(f, "caUrls"),
        services(f, "oidcUrls"),
        logs,
        selection(f, "rekorTlogConfig", logs),
        timestamps,
        selection(f, "tsaConfig", timestamps));
  }

  private static SigningConfig old(Fields f) {
    return new SigningConfig(
        f.optionalString("caUrl").map(u -> plain(f, "caUrl", u)).stream().toList(),
        f.optionalString("oidcUrl").map(u -> plain(f, "oidcUrl", u)).stream().toList(),
        plain(f, "tlogUrls"),
        SigningConfig.Selection.ALL,
        plain(f, "tsaUrls"),
        SigningConfig.Selection.ALL);
  }

  private static List<SigningConfig.Service> plain(Fields f, String name) {
    List<SigningConfig.Service> out = new ArrayList<>();
    for (String url : f.strings(name, Limits.SIGNING_SERVICES)) {
      out.add(plain(f, name, url));
    }
    return out;
  }

  private static SigningConfig.Service plain(Fields f, String name, String url) {
    return new SigningConfig.Service(address(f, name, url), 1, Window.ALWAYS, "");
  }

  private static List<SigningConfig.Service> services(Fields root, String name) {
    List<SigningConfig.Service> out = new ArrayList<>();
    for (Fields f : root.objects(name, Limits.SIGNING_SERVICES)) {
      String url = address(f, "url", f.string("url"));
      long version = f.integer("majorApiVersion");
      if (version < 1 || version > 1_000) {
        throw f.bad("majorApiVersion", "not a version: " + version);
      }
      out.add(
          new SigningConfig.Service(
              url, (int) version, window(f), f.optionalString("operator").orElse("")));
      f.done(Code.BAD_SIGNING_CONFIG);
    }
    return out;
  }

  private static Window window(Fields f) {
    Optional<Fields> range = f.optionalObject("validFor");
    if (range.isEmpty()) {
      return Window.ALWAYS;
    }
    Optional<Instant> start = time(range.get(), "start");
    Optional<Instant> end = time(range.get(), "end");
    range.get().done(Code.BAD_SIGNING_CONFIG);
    if (start.isPresent() && end.isPresent() && end.get().isBefore(start.get())) {
      throw f.bad("validFor", "ends before it begins");
    }
    return new Window(start, end);
  }

  private static Optional<Instant> time(Fields f, String name) {
    return f.optionalString(name)
        .map(text ->
            Rfc3339.parse(text)
                .orElseThrow(() -> f.bad(name, "not an RFC 3339 time: " + Text.quote(text))));
  }

  // Without services the selection says nothing, and may be absent.
  private static SigningConfig.Selection selection(
      Fields root, String name, List<SigningConfig.Service> services) {
    Optional<Fields> given = root.optionalObject(name);
    if (given.isEmpty()) {
      if (!services.isEmpty()) {
        throw root.bad(name, "missing: how many of the services are used?");
      }
      return SigningConfig.Selection.ALL;
    }
    Fields f = given.get();
    String selector = f.optionalString("selector").orElse("SERVICE_SELECTOR_UNDEFINED");
    long count = f.optionalInteger("count").orElse(0L);
    f.done(Code.BAD_SIGNING_CONFIG);
    switch (selector) {
      case "ALL", "ANY" -> {
        if (count != 0) {
          throw f.bad("count", "goes with EXACT");
        }
        return selector.equals("ALL") ? SigningConfig.Selection.ALL : SigningConfig.Selection.ANY;
      }
      case "EXACT" -> {
        if (count < 1 || count > Limits.SIGNING_SERVICES) {
          throw f.bad("count", "not a number of services: " + count);
        }
        return new SigningConfig.Selection(SigningConfig.Selector.EXACT, (int) count);
      }
      default -> {
        if (services.isEmpty() && selector.equals("SERVICE_SELECTOR_UNDEFINED")) {
          return SigningConfig.Selection.ALL;
        }
        throw f.bad("selector", "not ALL, ANY or EXACT: " + Text.quote(selector));
      }
    }
  }

  private static String address(Fields f, String name, String text) {
    try {
      URI uri = new URI(text);
      boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      if (web
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null) {
        return text;
      }
    } catch (URISyntaxException e) {
      // said below
    }
    throw f.bad(name, "not the address of a service: " + Text.quote(text));
  }
}
