package dev.assay.oci;

import dev.assay.bytes.Digest;
import dev.assay.net.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts of the registry's API that are about blobs and their upload. */
final class RegistryBlobs {

  // distribution-spec, "Pushing a blob in chunks": without a unit, both ends included.
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("(?:bytes[ =])?([0-9]{1,18})-([0-9]{1,18})(?:/(?:[0-9]+|\\*))?");

  private final RegistryStorage storage;
  private final Uploads uploads;

  RegistryBlobs(RegistryStorage storage, Uploads uploads) {
    this.storage = storage;
    this.uploads = uploads;
  }

  void blob(HttpExchange exchange, String name, String text) throws IOException {
    if (!Digest.isDigest(text)) {
      throw RegistryError.digestInvalid("not a digest");
    }
    Digest digest = Digest.parse(text);
    ImageLayout layout = storage.find(name).orElseThrow(RegistryError::nameUnknown);
    switch (exchange.method()) {
      case "GET", "HEAD" -> get(exchange, layout, digest);
      case "DELETE" -> {
        if (!layout.removeBlob(digest)) {
          throw RegistryError.blobUnknown();
        }
        exchange.respond(202, Map.of(), new byte[0]);
      }
      default -> throw RegistryError.unsupported();
    }
  }

  private static void get(HttpExchange exchange, ImageLayout layout, Digest digest)
      throws IOException {
    try (FileChannel file =
        FileChannel.open(
            layout.blobPath(digest), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      if (exchange.method().equals("HEAD")) {
        // Who asks may push a manifest that rests on it: not collected for a while.
        layout.touch(digest);
      }
      long size = file.size();
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("Content-Type", MediaTypes.OCTETS);
      headers.put("Docker-Content-Digest", digest.toString());
      headers.put("ETag", '"' + digest.toString() + '"');
      headers.put("Accept-Ranges", "bytes");
      Optional<ByteRange> range = Optional.empty();
      Optional<String> asked = exchange.header("range");
      if (asked.isPresent() && exchange.header("if-range").isEmpty()) {
        range = ByteRange.parse(asked.get(), size);
      }
      InputStream in = Channels.newInputStream(file);
      if (range.isPresent()) {
        ByteRange part = range.get();
        headers.put("Content-Range", part.contentRange(size));
        file.position(part.first());
        exchange.respond(206, headers, part.length(), in);
      } else {
        exchange.respond(200, headers, size, in);
      }
    } catch (NoSuchFileException e) {
      throw RegistryError.blobUnknown();
    }
  }

  /**
   * @param id of the upload; empty to begin one
   */
  void upload(HttpExchange exchange, String name, String id) throws IOException {
    if (id.isEmpty()) {
      if (!exchange.method().equals("POST")) {
        throw RegistryError.unsupported();
      }
      begin(exchange, name);
      return;
    }
    Uploads.Upload upload = uploads.take(name, id);
    Answer answer;
    try {
      answer =
          switch (exchange.method()) {
            case "GET", "HEAD" -> progress(upload, 204);
            case "PATCH" -> {
              append(exchange, upload);
              yield progress(upload, 202);
            }
            case "PUT" -> complete(exchange, upload);
            case "DELETE" -> {
              uploads.end(upload);
              yield new Answer(204, Map.of());
            }
            default -> throw RegistryError.unsupported();
          };
    } finally {
      upload.lock.unlock();
    }
    answer.send(exchange);
  }

  /**
   * What an upload's request is answered, sent when the upload is unlocked: whoever has the answer
   * may go on at once.
   */
  private record Answer(int status, Map<String, String> headers) {

    void send(HttpExchange exchange) throws IOException {
      exchange.respond(status, headers, new byte[0]);
    }
  }

  private void begin(HttpExchange exchange, String name) throws IOException {
    Optional<Digest> mount = exchange.query("mount").map(RegistryBlobs::digest);
    if (mount.isPresent() && mounted(name, exchange.query("from"), mount.get())) {
      created(name, mount.get()).send(exchange);
      return;
    }
    Optional<Digest> whole = exchange.query("digest").map(RegistryBlobs::digest);
    exchange
        .query("digest-algorithm")
        .ifPresent(a -> {
          if (Digest.Algorithm.byId(a).isEmpty()) {
            throw RegistryError.digestInvalid("a digest algorithm that is not known");
          }
        });
    ImageLayout layout = storage.findOrCreate(name);
    Uploads.Upload upload = uploads.begin(name, layout);
    Answer answer;
    upload.lock.lock();
    try {
      answer = whole.isPresent() ? complete(exchange, upload) : progress(upload, 202);
    } finally {
      upload.lock.unlock();
    }
    answer.send(exchange);
  }

  private static Digest digest(String text) {
    if (!Digest.isDigest(text)) {
      throw RegistryError.digestInvalid("not a digest");
    }
    return Digest.parse(text);
  }

  // Without a source every repository is looked at: whoever may push here may read them all.
  private boolean mounted(String name, Optional<String> from, Digest digest) throws IOException {
    if (from.isPresent() && !from.get().isEmpty()) {
      return Names.isRepository(from.get()) && mount(name, from.get(), digest);
    }
    for (String other : storage.repositories()) {
      if (mount(name, other, digest)) {
        return true;
      }
    }
    return false;
  }

  private boolean mount(String name, String from, Digest digest) throws IOException {
    Optional<ImageLayout> source = storage.find(from);
    if (source.isEmpty() || !source.get().hasBlob(digest)) {
      return false;
    }
    try {
      storage.findOrCreate(name).link(source.get(), digest);
      return true;
    } catch (NoSuchFileException e) {
      return false; // Deleted in this moment.
    }
  }

  private void append(HttpExchange exchange, Uploads.Upload upload) throws IOException {
    Optional<String> range = exchange.header("content-range");
    Optional<Long> expected = Optional.empty();
    if (range.isPresent()) {
      Matcher m = CONTENT_RANGE.matcher(range.get().strip());
      if (!m.matches()) {
        throw new RegistryError(400, "BLOB_UPLOAD_INVALID", "Content-Range is not acceptable");
      }
      long first = Long.parseLong(m.group(1));
      long last = Long.parseLong(m.group(2));
      if (first != upload.size() || last < first - 1) {
        throw new RegistryError(
            416,
            "BLOB_UPLOAD_INVALID",
            "the chunk does not follow what is there",
            location(upload));
      }
      expected = Optional.of(last - first + 1);
    }
    upload.append(exchange.body(), expected);
  }

  private Answer complete(HttpExchange exchange, Uploads.Upload upload) throws IOException {
    Digest stated =
        exchange
            .query("digest")
            .map(RegistryBlobs::digest)
            .orElseThrow(() -> RegistryError.digestInvalid("no digest is given"));
    append(exchange, upload);
    try {
      Digest actual = upload.finish(stated.algorithm());
      if (!actual.equals(stated)) {
        throw RegistryError.digestInvalid("the blob has the digest " + actual);
      }
      DurableFiles.force(upload.file);
      upload.layout.adopt(upload.file, stated);
    } finally {
      uploads.end(upload);
    }
    return created(upload.repository, stated);
  }

  private static Answer created(String name, Digest digest) {
    return new Answer(
        201,
        Map.of(
            "Location",
            "/v2/" + name + "/blobs/" + digest,
            "Docker-Content-Digest",
            digest.toString()));
  }

  private static Map<String, String> location(Uploads.Upload upload) {
    return Map.of(
        "Location",
        "/v2/" + upload.repository + "/blobs/uploads/" + upload.id,
        "Docker-Upload-UUID",
        upload.id,
        "Range",
        "0-" + Math.max(0, upload.size() - 1));
  }

  private static Answer progress(Uploads.Upload upload, int status) {
    return new Answer(status, location(upload));
  }
}
