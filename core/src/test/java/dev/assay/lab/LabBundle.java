package dev.assay.lab;

import dev.assay.bytes.Json;
import java.util.Optional;

/**
 * A finished bundle.
 *
 * @param json the bundle
 * @param artifact what was signed, or what the statement is about
 * @param key that signed
 * @param leaf its certificate, unless the key is managed
 * @param signature the bytes of the bundle's signature
 */
@SuppressWarnings("ArrayRecordComponent")
public record LabBundle(
    Json.Obj json, byte[] artifact, LabKey key, Optional<LabCertificate> leaf, byte[] signature) {

  /** The bundle as a file holds it. */
  public byte[] bytes() {
    return Der.utf8(json.compact());
  }

  /** The bundle with another value at a path of {@link Edits}. */
  public LabBundle with(String path, Json value) {
    return new LabBundle(Edits.set(json, path, value), artifact, key, leaf, signature);
  }

  /** The bundle with another string at a path of {@link Edits}. */
  public LabBundle with(String path, String value) {
    return with(path, Json.of(value));
  }

  /** The bundle without what is at a path of {@link Edits}. */
  public LabBundle without(String path) {
    return new LabBundle(Edits.remove(json, path), artifact, key, leaf, signature);
  }

  /** The bundle with one bit of the base64 value at a path turned over. */
  public LabBundle flip(String path, int bit) {
    byte[] value = dev.assay.bytes.Base64s.decode(Edits.text(json, path));
    value[bit / 8] ^= (byte) (1 << bit % 8);
    return with(path, Der.base64(value));
  }
}
