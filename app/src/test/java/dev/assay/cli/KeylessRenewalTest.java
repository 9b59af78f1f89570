package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.attest.Bundle;
import dev.assay.lab.Desk;
import dev.assay.lab.Lab;
import dev.assay.lab.LabKey;
import dev.assay.net.Http;
import dev.assay.signing.BundleSigner;
import dev.assay.signing.keyless.Endpoint;
import dev.assay.signing.keyless.IdentitySource;
import dev.assay.signing.keyless.SigningServices;
import dev.assay.trust.TrustRootReader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** One certificate serves many threads until it ends, and then another does. */
class KeylessRenewalTest {

  private static final Instant START = Instant.parse("2026-11-02T12:00:00Z");

  private static final class Hands extends Clock {
    private volatile Instant now = START;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static final SigningServices.Talk SILENT =
      new SigningServices.Talk() {
        @Override
        public void say(String text) {}

        @Override
        public void agree(String whatBecomesPublic) {
          throw new AssertionError("nothing here is public");
        }
      };

  @Test
  void manyThreadsAndARenewal() throws Exception {
    Lab lab = Lab.at(START, 3, LabKey.Kind.P256);
    Hands clock = new Hands();
    try (KeylessServices services = KeylessServices.of(lab);
        Http http = new Http(SigningServices.patient(Http.Settings.standard()));
        BundleSigner signer = signer(lab, services, http, clock)) {
      Set<Bundle.Material> first = materials(signer);
      assertEquals(1, first.size());
      Duration nearlyOver = Duration.ofMinutes(9);
      clock.now = START.plus(nearlyOver);
      services.desk(new Desk(lab).at(START.plus(nearlyOver)));
      Set<Bundle.Material> second = materials(signer);
      assertEquals(1, second.size());
      assertTrue(!second.equals(first));
      assertEquals(2, services.requests().stream().filter(r -> r.endsWith("/signingCert")).count());
      assertEquals(2, signer.issuers().size());
    }
  }

  private static BundleSigner signer(Lab lab, KeylessServices services, Http http, Clock clock) {
    String token = KeylessServices.token(START.plusSeconds(3600));
    return new SigningServices(
            Optional.of(Endpoint.of(services.url())),
            Optional.empty(),
            List.of(new SigningServices.Log(Endpoint.of(services.url()), 1)),
            List.of(Endpoint.of(services.url() + "/stamp")))
        .withIdentity(
            new SigningServices.Identity(
                Optional.empty(),
                Optional.of(IdentitySource.of("a test", () -> token)),
                "sigstore",
                Optional.empty(),
                Map.of(),
                Path.of(""),
                false),
            http,
            List.of(TrustRootReader.read(lab.trustRoot().bytes())),
            SILENT,
            clock);
  }

  private static Set<Bundle.Material> materials(BundleSigner signer) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Bundle>> tasks = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        byte[] content = {(byte) i};
        tasks.add(() -> signer.message(content));
      }
      Set<Bundle.Material> out = new HashSet<>();
      for (Future<Bundle> made : threads.invokeAll(tasks)) {
        out.add(made.get().material());
      }
      return out;
    }
  }
}
