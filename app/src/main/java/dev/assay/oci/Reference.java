package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Text;
import dev.assay.net.Loopback;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names an image in a registry: {@code registry/repository:tag@digest}. One image has one spelling:
 * what Docker leaves out is filled in ({@code nginx} is {@code docker.io/library/nginx:latest}),
 * host names are in lower case, other names of Docker Hub and the port 443 are folded.
 *
 * @param registry host and, when it is not the usual one, port: {@code docker.io}, {@code
 *     127.0.0.1:5000}
 */
public record Reference(
    String registry, String repository, Optional<String> tag, Optional<Digest> digest) {

  private static final Pattern HOST =
      Pattern.compile(
          "(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*+");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]{2,45}]");
  private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

  /**
   * @throws AssayException with {@link Code#BAD_REFERENCE}
   */
  public Reference {
    if (!isRegistry(registry)) {
      throw bad(registry, "the registry is no host name");
    }
    if (!Names.isRepository(repository)) {
      throw bad(repository, "the repository name is not acceptable");
    }
    if (tag.isPresent() && !Names.isTag(tag.get())) {
      throw bad(tag.get(), "the tag is not acceptable");
    }
    if (tag.isEmpty() && digest.isEmpty()) {
      throw bad(registry + "/" + repository, "neither tag nor digest");
    }
  }

  /**
   * Reads {@code [registry/]repository[:tag][@digest]} as Docker does.
   *
   * @throws AssayException with {@link Code#BAD_REFERENCE}
   */
  public static Reference parse(String text) {
    if (text.length() > 1024) {
      throw bad(text, "longer than 1024 characters");
    }
    if (text.contains("://")) {
      throw bad(text, "written without a scheme");
    }
    String rest = text;
    Optional<Digest> digest = Optional.empty();
    int at = rest.indexOf('@');
    if (at >= 0) {
      try {
        digest = Optional.of(Digest.parse(rest.substring(at + 1)));
      } catch (AssayException e) {
        throw new AssayException(Code.BAD_REFERENCE, Text.quote(text) + ": " + e.getMessage(), e);
      }
      rest = rest.substring(0, at);
    }
    Optional<String> tag = Optional.empty();
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/') && !rest.endsWith("]")) {
      tag = Optional.of(rest.substring(colon + 1));
      rest = rest.substring(0, colon);
    }
    if (tag.isEmpty() && digest.isEmpty()) {
      tag = Optional.of("latest");
    }
    String registry = "docker.io";
    String repository = rest;
    int slash = rest.indexOf('/');
    if (slash > 0 && isHostLike(rest.substring(0, slash))) {
      registry = normaliseRegistry(rest.substring(0, slash));
      repository = rest.substring(slash + 1);
    }
    if (registry.equals("docker.io") && repository.indexOf('/') < 0) {
      repository = "library/" + repository;
    }
    try {
      return new Reference(registry, repository, tag, digest);
    } catch (AssayException e) {
      throw bad(text, String.valueOf(e.getMessage()));
    }
  }

  // Docker's rule: without a dot, a port or an upper-case letter it is part of the repository.
  private static boolean isHostLike(String first) {
    return first.indexOf('.') >= 0
        || first.indexOf(':') >= 0
        || first.equals("localhost")
        || !first.equals(first.toLowerCase(Locale.ROOT));
  }

  private static String normaliseRegistry(String text) {
    String registry = text.toLowerCase(Locale.ROOT);
    if (registry.endsWith(":443") && !isLoopbackHost(registry)) {
      registry = registry.substring(0, registry.length() - 4);
    }
    return switch (registry) {
      case "index.docker.io", "registry-1.docker.io" -> "docker.io";
      default -> registry;
    };
  }

  private static boolean isRegistry(String registry) {
    String host = host(registry);
    String port = registry.substring(host.length());
    boolean goodPort =
        port.isEmpty()
            || PORT.matcher(port.substring(1)).matches()
                && Integer.parseInt(port.substring(1)) < 65536;
    return goodPort
        && (host.startsWith("[")
            ? IPV6.matcher(host).matches()
            : host.length() <= 253 && HOST.matcher(host).matches());
  }

  private static String host(String registry) {
    int colon = registry.lastIndexOf(':');
    return colon > registry.lastIndexOf(']') ? registry.substring(0, colon) : registry;
  }

  private static AssayException bad(String text, String why) {
    return new AssayException(
        Code.BAD_REFERENCE,
        "not an image reference: " + Text.quote(text) + ": " + why,
        "write registry/repository:tag or registry/repository@sha256:...");
  }

  /** Whether the registry is on this machine: then, and only then, plain HTTP is used by itself. */
  public boolean isLoopback() {
    return isLoopbackHost(registry);
  }

  /** Whether {@code host} or {@code host:port} names this machine, by its spelling alone. */
  static boolean isLoopbackHost(String authority) {
    return Loopback.is(host(authority));
  }

  /** {@code registry/repository}. */
  public String name() {
    return registry + "/" + repository;
  }

  /** What is asked for in a registry: the digest if there is one, else the tag. */
  public String identifier() {
    return digest.map(Digest::toString).orElseGet(() -> tag.orElseThrow());
  }

  /** The same repository, this digest and no tag. */
  public Reference at(Digest other) {
    return new Reference(registry, repository, Optional.empty(), Optional.of(other));
  }

  /** The same repository, this tag and no digest. */
  public Reference tagged(String other) {
    return new Reference(registry, repository, Optional.of(other), Optional.empty());
  }

  @Override
  public String toString() {
    return name() + tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
  }
}
