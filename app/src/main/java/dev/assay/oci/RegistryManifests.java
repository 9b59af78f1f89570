package dev.assay.oci;

import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.crypto.Hashes;
import dev.assay.net.HttpExchange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The parts of the registry's API that are about manifests, tags and referrers. */
final class RegistryManifests {

  /** Referrers sent at once; more are behind a Link. */
  private static final int REFERRERS_PAGE = 1_000;

  private final RegistryStorage storage;

  RegistryManifests(RegistryStorage storage) {
    this.storage = storage;
  }

  private ImageLayout repository(String name) {
    return storage.find(name).orElseThrow(RegistryError::nameUnknown);
  }

  void manifest(HttpExchange exchange, String name, String reference) throws IOException {
    if (!Names.isTag(reference) && !Digest.isDigest(reference)) {
      // A digest of an unknown algorithm names nothing here.
      throw exchange.method().equals("PUT")
          ? new RegistryError(400, "MANIFEST_INVALID", "neither a tag nor a digest")
          : RegistryError.manifestUnknown();
    }
    switch (exchange.method()) {
      case "GET", "HEAD" -> get(exchange, repository(name), reference);
      case "PUT" -> put(exchange, name, reference);
      case "DELETE" -> delete(exchange, repository(name), reference);
      default -> throw RegistryError.unsupported();
    }
  }

  private static void get(HttpExchange exchange, ImageLayout layout, String reference)
      throws IOException {
    // Not one that merely lies among the blobs: who pushes a blob does not say it is a manifest.
    Descriptor named = named(layout, reference).orElseThrow(RegistryError::manifestUnknown);
    byte[] bytes = layout.rawManifest(named.digest()).orElseThrow(RegistryError::manifestUnknown);
    exchange.respond(
        200,
        Map.of(
            "Content-Type",
            named.mediaType(),
            "Docker-Content-Digest",
            named.digest().toString(),
            "ETag",
            '"' + named.digest().toString() + '"'),
        bytes);
  }

  private static Optional<Descriptor> named(ImageLayout layout, String reference) {
    if (Digest.isDigest(reference)) {
      Digest digest = Digest.parse(reference);
      return layout.ask(c -> c.listed(digest));
    }
    return layout.ask(c -> c.tagged(reference));
  }

  private void put(HttpExchange exchange, String name, String reference) throws IOException {
    byte[] bytes = exchange.body().readNBytes(Limits.MANIFEST_BYTES + 1);
    if (bytes.length > Limits.MANIFEST_BYTES) {
      throw new RegistryError(
          413, "SIZE_INVALID", "a manifest has at most " + Limits.MANIFEST_BYTES + " bytes");
    }
    String mediaType = exchange.header("content-type").map(MediaTypes::base).orElse("");
    if (mediaType.isEmpty()) {
      mediaType = Content.detect(bytes);
    }
    Content content = Content.parse(bytes, mediaType);
    Optional<Digest> stated =
        Digest.isDigest(reference) ? Optional.of(Digest.parse(reference)) : Optional.empty();
    Digest.Algorithm algorithm =
        stated
            .or(() -> exchange.query("digest").filter(Digest::isDigest).map(Digest::parse))
            .map(Digest::algorithm)
            .orElse(Digest.Algorithm.SHA256);
    Digest digest = Hashes.digest(algorithm, bytes);
    if (stated.isPresent() && !stated.get().equals(digest)) {
      throw RegistryError.digestInvalid("the manifest has the digest " + digest);
    }
    List<String> tags = new ArrayList<>(exchange.queries("tag"));
    if (stated.isEmpty()) {
      tags.add(reference);
    }
    for (String tag : tags) {
      if (!Names.isTag(tag)) {
        throw new RegistryError(400, "TAG_INVALID", "the tag is not acceptable");
      }
    }
    ImageLayout layout = storage.findOrCreate(name);
    checkReferences(layout, content);
    // Once more when nothing can be collected any more.
    layout.writeManifest(bytes, mediaType, tags, algorithm, c -> checkReferences(layout, c));
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Location", "/v2/" + name + "/manifests/" + digest);
    headers.put("Docker-Content-Digest", digest.toString());
    content.subject().ifPresent(s -> headers.put("OCI-Subject", s.digest().toString()));
    if (stated.isPresent() && !tags.isEmpty()) {
      headers.put("OCI-Tag", String.join(", ", tags));
    }
    exchange.respond(201, headers, new byte[0]);
  }

  // An image whose parts are missing cannot be pulled: said when it is pushed. Layers that may not
  // be distributed are elsewhere by their nature, and entries of an index may be sparse.
  private static void checkReferences(ImageLayout layout, Content content) {
    if (!(content instanceof Manifest manifest)) {
      return;
    }
    for (Descriptor part : manifest.references()) {
      boolean elsewhere = !part.urls().isEmpty() || part.mediaType().contains("nondistributable");
      if (!elsewhere && part.data().isEmpty() && !layout.hasBlob(part.digest())) {
        throw new RegistryError(
            404, "MANIFEST_BLOB_UNKNOWN", "the blob " + part.digest() + " was not pushed");
      }
    }
  }

  private static void delete(HttpExchange exchange, ImageLayout layout, String reference)
      throws IOException {
    boolean removed =
        Digest.isDigest(reference)
            ? named(layout, reference).isPresent() && layout.removeManifest(Digest.parse(reference))
            : layout.removeTag(reference);
    if (!removed) {
      throw RegistryError.manifestUnknown();
    }
    exchange.respond(202, Map.of(), new byte[0]);
  }

  void tags(HttpExchange exchange, String name, RegistryServer.Page page) throws IOException {
    RegistryServer.requireRead(exchange);
    List<String> tags = repository(name).ask(c -> c.tagsAfter(page.last(), page.count() + 1));
    RegistryServer.sendPage(
        exchange,
        tags,
        page,
        "/v2/" + name + "/tags/list",
        Json.object().put("name", name),
        "tags");
  }

  void referrers(HttpExchange exchange, String name, String text) throws IOException {
    RegistryServer.requireRead(exchange);
    if (!Digest.isDigest(text)) {
      throw RegistryError.digestInvalid("not a digest");
    }
    Digest subject = Digest.parse(text);
    // No media type has a space: whoever sends a plus unescaped means the plus.
    Optional<String> type =
        exchange.query("artifactType").filter(t -> !t.isEmpty()).map(t -> t.replace(" ", "+"));
    List<Descriptor> all =
        storage.find(name).map(l -> l.ask(c -> c.referrers(subject))).orElse(List.of()).stream()
            .filter(d -> type.isEmpty() || type.equals(d.artifactType()))
            .toList();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", MediaTypes.INDEX);
    if (type.isPresent()) {
      headers.put("OCI-Filters-Applied", "artifactType");
    }
    int from = offset(exchange);
    List<Descriptor> page = new ArrayList<>();
    long size = 0;
    for (Descriptor d : all.subList(Math.min(from, all.size()), all.size())) {
      size += d.json().compact().length();
      if (page.size() == REFERRERS_PAGE || size > Limits.MANIFEST_BYTES / 2 && !page.isEmpty()) {
        String filter =
            type.map(t ->
                    "artifactType="
                        + java.net.URLEncoder.encode(t, java.nio.charset.StandardCharsets.UTF_8)
                        + "&")
                .orElse("");
        headers.put(
            "Link",
            "</v2/"
                + name
                + "/referrers/"
                + subject
                + "?"
                + filter
                + "from="
                + (from + page.size())
                + ">; rel=\"next\"");
        break;
      }
      page.add(d);
    }
    exchange.respond(200, headers, Index.oci(page).bytes());
  }

  private static int offset(HttpExchange exchange) {
    String text = exchange.query("from").orElse("0");
    if (!text.matches("[0-9]{1,9}")) {
      throw new RegistryError(400, "PAGINATION_NUMBER_INVALID", "from is not a number");
    }
    return Integer.parseInt(text);
  }
}
