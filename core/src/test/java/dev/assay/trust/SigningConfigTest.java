package dev.assay.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SigningConfigTest {

  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final Set<Integer> BOTH = Set.of(1, 2);

  private static final String GOOD =
      """
      {"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json",
       "caUrls":[{"url":"https://ca.example","majorApiVersion":1,
         "validFor":{"start":"2024-01-01T00:00:00Z"},"operator":"us"}],
       "oidcUrls":[],
       "rekorTlogUrls":[{"url":"https://log.example","majorApiVersion":2,
         "validFor":{"start":"2024-01-01T00:00:00Z","end":"2027-01-01T00:00:00Z"},"operator":"us"}],
       "rekorTlogConfig":{"selector":"EXACT","count":1},
       "tsaUrls":[],"tsaConfig":{}}
      """;

  private static SigningConfig read(String text) {
    return SigningConfigReader.read(Text.utf8(text));
  }

  private static void refused(String from, String to) {
    assertTrue(GOOD.contains(from), from);
    AssayException e = assertThrows(AssayException.class, () -> read(GOOD.replace(from, to)), to);
    assertEquals(Code.BAD_SIGNING_CONFIG, e.code());
  }

  @Test
  void whatItSaysIsRead() {
    SigningConfig config = read(GOOD);
    assertEquals("https://ca.example", config.authorities().getFirst().url());
    SigningConfig.Service log = config.logs().getFirst();
    assertEquals(2, log.apiVersion());
    assertEquals(Optional.of(Instant.parse("2027-01-01T00:00:00Z")), log.validFor().end());
    assertEquals(1, config.logSelection().count());
    assertEquals(List.of(), config.timestampAuthorities());
  }

  @Test
  void thoseOfTheCorpusAreRead() throws IOException {
    Path folder = Corpus.folder("sigstore-root");
    SigningConfig today =
        SigningConfigReader.read(Files.readAllBytes(folder.resolve("signing_config.v0.2.json")));
    assertEquals(today, SigningConfigReader.read(PublicGood.signingConfig()));
    SigningConfig next =
        SigningConfigReader.read(
            Files.readAllBytes(folder.resolve("signing_config_rekor_v2.v0.2.json")));
    assertEquals(
        List.of("https://log2025-1.rekor.sigstore.dev"),
        urls(SigningConfig.select("logs", next.logs(), next.logSelection(), BOTH, NOW)));
    assertEquals(
        List.of("https://rekor.sigstore.dev"),
        urls(
            SigningConfig.select(
                "logs",
                next.logs(),
                next.logSelection(),
                BOTH,
                Instant.parse("2025-12-31T23:59:59Z"))));
    assertEquals(
        List.of("https://rekor.sigstore.dev"),
        urls(SigningConfig.select("logs", next.logs(), next.logSelection(), Set.of(1), NOW)));
  }

  @Test
  void theOlderVersionNamesAddresses() {
    SigningConfig config =
        read(
            """
            {"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.1+json",
             "caUrl":"https://ca.example","oidcUrl":"https://login.example/auth",
             "tlogUrls":["https://a.example","https://b.example"]}
            """);
    assertEquals(
        List.of("https://a.example", "https://b.example"),
        urls(SigningConfig.select("logs", config.logs(), config.logSelection(), BOTH, NOW)));
    assertEquals("https://login.example/auth", config.identityProviders().getFirst().url());
  }

  @Test
  void whatIsNotUnderstoodIsRefused() {
    refused("v0.2+json", "v0.3+json");
    refused("\"oidcUrls\"", "\"oidcUrlz\"");
    refused("\"operator\":\"us\"}]", "\"operator\":\"us\",\"weight\":1}]");
    refused("https://ca.example", "ftp://ca.example");
    refused("https://ca.example", "https://user@ca.example");
    refused("https://ca.example", "https://ca.example?a=b");
    refused("https://ca.example", "ca.example");
    refused("\"majorApiVersion\":2", "\"majorApiVersion\":0");
    refused("\"majorApiVersion\":2", "\"majorApiVersion\":\"two\"");
    refused("2027-01-01T00:00:00Z", "2023-01-01T00:00:00Z");
    refused("2027-01-01T00:00:00Z", "2027-01-01");
    refused("\"EXACT\"", "\"SOME\"");
    refused("\"EXACT\",\"count\":1", "\"EXACT\"");
    refused("\"EXACT\"", "\"ALL\"");
    refused("\"EXACT\",\"count\":1", "\"EXACT\",\"count\":-1");
    refused("{\"selector\":\"EXACT\",\"count\":1}", "{}");
    refused("\"rekorTlogConfig\":{\"selector\":\"EXACT\",\"count\":1},", "");
    refused("\"oidcUrls\":[]", "\"oidcUrls\":[],\"oidcUrls\":[]");
    refused(
        "\"oidcUrls\":[]",
        "\"oidcUrls\":["
            + "{\"url\":\"https://a.example\",\"majorApiVersion\":1},"
                .repeat(Limits.SIGNING_SERVICES)
            + "{\"url\":\"https://a.example\",\"majorApiVersion\":1}]");
  }

  private static SigningConfig.Service service(
      String name, int version, String start, String operator) {
    return new SigningConfig.Service(
        "https://" + name + ".example",
        version,
        new Window(Optional.of(Instant.parse(start)), Optional.empty()),
        operator);
  }

  private static List<String> urls(List<SigningConfig.Service> services) {
    return services.stream().map(SigningConfig.Service::url).toList();
  }

  @Test
  void oneOfEachOperatorTheNewestOfTheHighestVersion() {
    List<SigningConfig.Service> services =
        List.of(
            service("old", 1, "2022-01-01T00:00:00Z", "a"),
            service("newer", 1, "2025-01-01T00:00:00Z", "a"),
            service("second", 2, "2024-01-01T00:00:00Z", "a"),
            service("third", 3, "2024-01-01T00:00:00Z", "a"),
            service("future", 2, "2027-01-01T00:00:00Z", "a"),
            service("other", 1, "2023-01-01T00:00:00Z", "b"),
            service("nobody", 1, "2023-01-01T00:00:00Z", ""),
            service("nobody-else", 1, "2022-01-01T00:00:00Z", ""));
    assertEquals(
        List.of(
            "https://second.example",
            "https://other.example",
            "https://nobody.example",
            "https://nobody-else.example"),
        urls(SigningConfig.select("logs", services, SigningConfig.Selection.ALL, BOTH, NOW)));
    assertEquals(
        List.of("https://second.example"),
        urls(SigningConfig.select("logs", services, SigningConfig.Selection.ANY, BOTH, NOW)));
    assertEquals(
        List.of("https://newer.example"),
        urls(SigningConfig.select("logs", services, SigningConfig.Selection.ANY, Set.of(1), NOW)));
    assertEquals(
        List.of("https://second.example", "https://other.example"),
        urls(
            SigningConfig.select(
                "logs",
                services,
                new SigningConfig.Selection(SigningConfig.Selector.EXACT, 2),
                BOTH,
                NOW)));
  }

  @Test
  void fewerThanAskedForIsAnErrorAndNotLess() {
    List<SigningConfig.Service> two =
        List.of(
            service("one", 1, "2022-01-01T00:00:00Z", "a"),
            service("two", 1, "2023-01-01T00:00:00Z", "a"));
    SigningConfig.Selection exact = new SigningConfig.Selection(SigningConfig.Selector.EXACT, 2);
    for (SigningConfig.Selection selection :
        List.of(exact, SigningConfig.Selection.ALL, SigningConfig.Selection.ANY)) {
      Set<Integer> understood = selection.equals(exact) ? BOTH : Set.of(2);
      AssayException e =
          assertThrows(
              AssayException.class,
              () -> SigningConfig.select("logs", two, selection, understood, NOW));
      assertEquals(Code.NO_SERVICE, e.code());
    }
  }
}
