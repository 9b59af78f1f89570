package dev.assay.trust;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which services a signer uses (sigstore_trustroot.proto, SigningConfig). It says where to ask, not
 * whom to believe: that is the {@link TrustRoot}'s word.
 *
 * <pre>{@code
 * {"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
 *  "caUrls": [{"url": "https://fulcio.sigstore.dev", "majorApiVersion": 1,
 *    "validFor": {"start": "2022-04-13T20:06:15.000Z"}, "operator": "sigstore.dev"}],
 *  "rekorTlogUrls": [...], "rekorTlogConfig": {"selector": "ANY"},
 *  "tsaUrls": [...], "tsaConfig": {"selector": "EXACT", "count": 1}}
 * }</pre>
 *
 * @param authorities issuers of certificates (Fulcio), by their base addresses
 * @param identityProviders OpenID Connect issuers
 * @param logs transparency logs (Rekor), by their base addresses
 * @param logSelection how many logs a signature goes to
 * @param timestampAuthorities RFC 3161 authorities, by their whole addresses
 * @param timestampSelection how many authorities a signature is shown to
 */
public record SigningConfig(
    List<Service> authorities,
    List<Service> identityProviders,
    List<Service> logs,
    Selection logSelection,
    List<Service> timestampAuthorities,
    Selection timestampSelection) {

  public SigningConfig {
    authorities = List.copyOf(authorities);
    identityProviders = List.copyOf(identityProviders);
    logs = List.copyOf(logs);
    timestampAuthorities = List.copyOf(timestampAuthorities);
  }

  /**
   * A service.
   *
   * @param url http or https, without user, query and fragment
   * @param apiVersion the major version of what it speaks
   * @param validFor when it may be used
   * @param operator who runs it; empty: it counts as an operator of its own
   */
  public record Service(String url, int apiVersion, Window validFor, String operator) {
    private String party() {
      return operator.isBlank() ? "url " + url : "operator " + operator;
    }
  }

  /** How many of the services that can be used are used. */
  public enum Selector {
    ALL,
    ANY,
    EXACT
  }

  /**
   * A choice among services.
   *
   * @param count for {@link Selector#EXACT}, at least 1; else 0
   */
  public record Selection(Selector selector, int count) {

    public static final Selection ALL = new Selection(Selector.ALL, 0);
    public static final Selection ANY = new Selection(Selector.ANY, 0);

    public Selection {
      if ((selector == Selector.EXACT) != (count > 0)) {
        throw new IllegalArgumentException(selector + " " + count);
      }
    }
  }

  /**
   * The services to use: at most one of each operator, which is its newest of those that speak the
   * highest version that is understood. Where there is a choice the same are chosen every time:
   * those of higher versions first, then the newer ones.
   *
   * @param what the services are called in messages
   * @param understood versions of the interface
   * @throws AssayException with {@link Code#NO_SERVICE} if there are fewer than asked for
   */
  public static List<Service> select(
      String what,
      List<Service> services,
      Selection selection,
      Set<Integer> understood,
      Instant at) {
    List<Service> usable = new ArrayList<>();
    for (Service service : services) {
      if (understood.contains(service.apiVersion()) && service.validFor().contains(at)) {
        usable.add(service);
      }
    }
    // Stable: of two alike the first in the document.
    usable.sort(
        Comparator.comparingInt(Service::apiVersion)
            .thenComparing(s -> s.validFor().start().orElse(Instant.MIN))
            .reversed());
    Set<String> parties = new HashSet<>();
    usable.removeIf(s -> !parties.add(s.party()));
    int wanted = selection.selector() == Selector.EXACT ? selection.count() : 1;
    if (usable.size() < wanted) {
      throw new AssayException(
          Code.NO_SERVICE,
          "the signing config has "
              + usable.size()
              + " "
              + what
              + " that can be used at "
              + at
              + ", and "
              + wanted
              + " are needed"
              + (services.isEmpty() ? "" : " (of " + Text.printable(describe(services)) + ")"));
    }
    return selection.selector() == Selector.ALL
        ? List.copyOf(usable)
        : List.copyOf(usable.subList(0, wanted));
  }

  private static String describe(List<Service> services) {
    List<String> out = new ArrayList<>();
    for (Service service : services.subList(0, Math.min(4, services.size()))) {
      out.add(service.url() + ", version " + service.apiVersion() + ", " + service.validFor());
    }
    return String.join("; ", out);
  }
}
