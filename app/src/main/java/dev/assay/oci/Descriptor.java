package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names content by type, digest and size (OCI image-spec, "Content Descriptors").
 *
 * @param size bytes
 * @param artifactType the kind of artifact, when the content is the manifest of one
 * @param data the content itself, when it is embedded; its digest has been checked
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Optional<String> artifactType,
    Map<String, String> annotations,
    List<String> urls,
    Optional<Platform> platform,
    Optional<Data> data) {

  /** The tag of a descriptor in the index.json of an image layout. */
  public static final String REF_NAME = "org.opencontainers.image.ref.name";

  /** Bytes that compare by value. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Data(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Data d && java.util.Arrays.equals(bytes, d.bytes);
    }

    @Override
    public int hashCode() {
      return java.util.Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return bytes.length + " bytes";
    }
  }

  /**
   * @throws AssayException with {@link Code#BAD_MANIFEST} or {@link Code#BAD_MEDIA_TYPE} for a
   *     negative size or a media type that is none, with {@link Code#DIGEST_MISMATCH} or {@link
   *     Code#SIZE_MISMATCH} if embedded data is not what the descriptor names
   */
  public Descriptor {
    if (!MediaTypes.isWellFormed(mediaType)) {
      throw new AssayException(Code.BAD_MEDIA_TYPE, "not a media type: " + Text.quote(mediaType));
    }
    if (size < 0) {
      throw new AssayException(Code.BAD_MANIFEST, "a descriptor with the negative size " + size);
    }
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    urls = List.copyOf(urls);
    if (data.isPresent()) {
      byte[] bytes = data.get().bytes();
      if (bytes.length != size) {
        throw new AssayException(
            Code.SIZE_MISMATCH,
            "embedded data of " + bytes.length + " bytes where " + size + " are stated");
      }
      if (!Hashes.matches(digest, bytes)) {
        throw new AssayException(
            Code.DIGEST_MISMATCH, "embedded data does not match " + digest.brief());
      }
    }
  }

  public static Descriptor of(String mediaType, Digest digest, long size) {
    return new Descriptor(
        mediaType,
        digest,
        size,
        Optional.empty(),
        Map.of(),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  /** Describes content in memory, by SHA-256. */
  public static Descriptor of(String mediaType, byte[] content) {
    return of(mediaType, Hashes.sha256Digest(content), content.length);
  }

  public Descriptor withAnnotations(Map<String, String> others) {
    return new Descriptor(mediaType, digest, size, artifactType, others, urls, platform, data);
  }

  public Descriptor withArtifactType(Optional<String> other) {
    return new Descriptor(mediaType, digest, size, other, annotations, urls, platform, data);
  }

  public Descriptor withPlatform(Platform other) {
    return new Descriptor(
        mediaType, digest, size, artifactType, annotations, urls, Optional.of(other), data);
  }

  /** Only what identifies the content: type, digest and size. */
  public Descriptor bare() {
    return of(mediaType, digest, size);
  }

  Optional<String> tag() {
    return Optional.ofNullable(annotations.get(REF_NAME));
  }

  static Descriptor of(Fields f) {
    long size = f.integer("size");
    Optional<String> artifactType = f.optionalString("artifactType").filter(t -> !t.isEmpty());
    return new Descriptor(
        f.string("mediaType"),
        f.digest("digest"),
        size,
        artifactType,
        f.stringMap("annotations", Limits.ANNOTATIONS),
        f.strings("urls", 64),
        f.optionalObject("platform").map(Platform::of),
        f.optionalBase64("data").map(Data::new));
  }

  public Json json() {
    Json.Builder out =
        Json.object()
            .put("mediaType", mediaType)
            .put("digest", digest.toString())
            .put("size", size);
    if (!urls.isEmpty()) {
      out.put("urls", Json.strings(urls));
    }
    if (!annotations.isEmpty()) {
      out.put("annotations", annotationsJson(annotations));
    }
    data.ifPresent(d -> out.put("data", dev.assay.bytes.Base64s.encode(d.bytes())));
    platform.ifPresent(p -> out.put("platform", p.json()));
    return out.putIf("artifactType", artifactType).build();
  }

  static Json annotationsJson(Map<String, String> annotations) {
    Json.Builder out = Json.object();
    annotations.forEach(out::put);
    return out.build();
  }
}
