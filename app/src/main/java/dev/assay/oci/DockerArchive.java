package dev.assay.oci;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hasher;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What {@code docker save} writes: manifest.json lists images, each with the names of its config
 * and of its layers, uncompressed tar archives. The manifests that registries would have are made
 * here; each layer must be the one that the config names as {@code rootfs.diff_ids}.
 */
final class DockerArchive {

  private final Map<Digest, TarFile.Entry> blobs = new HashMap<>();
  private final Map<Digest, byte[]> manifests = new HashMap<>();
  private final List<Descriptor> entries = new ArrayList<>();
  private final Map<String, Descriptor> tags = new TreeMap<>();
  private final Set<String> ambiguous = new HashSet<>();

  private DockerArchive() {}

  static DockerArchive read(TarFile tar) {
    DockerArchive archive = new DockerArchive();
    Map<String, Descriptor> layers = new HashMap<>();
    try {
      for (Fields image : ImageArchive.dockerImages(tar)) {
        archive.add(tar, image, layers);
      }
    } catch (IOException e) {
      throw DurableFiles.unreadable(tar.file(), e);
    }
    return archive;
  }

  private void add(TarFile tar, Fields image, Map<String, Descriptor> known) throws IOException {
    String configName = image.string("Config");
    TarFile.Entry configEntry = entry(tar, configName);
    byte[] configBytes = tar.read(configName, Limits.MANIFEST_BYTES).orElseThrow();
    Descriptor config = Descriptor.of(MediaTypes.CONFIG, configBytes);
    blobs.put(config.digest(), configEntry);
    List<String> diffIds =
        Fields.of(Json.parse(configBytes, Limits.MANIFEST_BYTES), configName, Code.BAD_ARCHIVE)
            .object("rootfs")
            .strings("diff_ids", Limits.LAYERS);
    List<String> names = image.strings("Layers", Limits.LAYERS);
    if (names.size() != diffIds.size()) {
      throw image.bad("Layers", "not as many as the config names");
    }
    List<Descriptor> layers = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      Descriptor layer = known.get(name);
      if (layer == null) {
        layer = layer(tar, entry(tar, name));
        known.put(name, layer);
      }
      if (!layer.digest().toString().equals(diffIds.get(i))) {
        throw new AssayException(
            Code.DIGEST_MISMATCH,
            "the layer "
                + Text.quote(name)
                + " has the digest "
                + layer.digest()
                + ", the config says "
                + Text.quote(diffIds.get(i)));
      }
      layers.add(layer);
    }
    list(Manifest.oci(config, layers), image.strings("RepoTags", Limits.TAGS));
  }

  private static TarFile.Entry entry(TarFile tar, String name) {
    return tar.find(name)
        .orElseThrow(() ->
            new AssayException(
                Code.CONTENT_MISSING, "the archive names " + Text.quote(name) + ", not there"));
  }

  private Descriptor layer(TarFile tar, TarFile.Entry entry) throws IOException {
    Hasher hasher = Hasher.of(Digest.Algorithm.SHA256);
    boolean gzip;
    try (InputStream in = tar.stream(entry)) {
      byte[] buffer = new byte[256 << 10];
      int count = in.readNBytes(buffer, 0, buffer.length);
      gzip = count > 1 && buffer[0] == 0x1f && buffer[1] == (byte) 0x8b;
      while (count > 0) {
        hasher.update(buffer, 0, count);
        count = in.readNBytes(buffer, 0, buffer.length);
      }
    }
    if (gzip) {
      throw new AssayException(
          Code.BAD_ARCHIVE,
          "a layer of the archive is compressed",
          "docker save -o FILE IMAGE writes them plain");
    }
    Descriptor layer = Descriptor.of(MediaTypes.LAYER_TAR, hasher.finish(), entry.size());
    blobs.put(layer.digest(), entry);
    return layer;
  }

  // By the tag, unless two images have it: then neither, and each is asked for by its digest.
  private void list(Manifest manifest, List<String> names) {
    byte[] bytes = manifest.bytes();
    Descriptor entry = Descriptor.of(MediaTypes.MANIFEST, bytes);
    manifests.put(entry.digest(), bytes);
    entries.add(entry);
    for (String name : names) {
      String tag = name.substring(name.lastIndexOf(':') + 1);
      if (Names.isTag(tag) && !tags.computeIfAbsent(tag, t -> entry).equals(entry)) {
        ambiguous.add(tag);
      }
    }
  }

  byte[] listing() {
    List<Descriptor> all = new ArrayList<>(entries);
    tags.forEach((tag, entry) -> {
      if (!ambiguous.contains(tag)) {
        all.add(entry.withAnnotations(Map.of(Descriptor.REF_NAME, tag)));
      }
    });
    return Catalog.listing(all);
  }

  Optional<byte[]> manifest(Digest digest) {
    return Optional.ofNullable(manifests.get(digest));
  }

  Optional<TarFile.Entry> blob(Digest digest) {
    return Optional.ofNullable(blobs.get(digest));
  }
}
