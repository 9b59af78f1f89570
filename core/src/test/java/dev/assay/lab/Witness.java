package dev.assay.lab;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;

/** Cosigns checkpoints (C2SP tlog-cosignature, cosignature/v1). */
public final class Witness {

  private final String name;
  private final LabKey key;

  Witness(String name, LabKey key) {
    this.name = name;
    this.key = key;
  }

  /** Its name on signature lines. */
  public String name() {
    return name;
  }

  /** Its Ed25519 key. */
  public LabKey key() {
    return key;
  }

  /** A signature line, newline included, for the text of a checkpoint. */
  public String line(String text, Instant time) {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    byte[] id = Der.sha256(Der.utf8(name + "\n"), new byte[] {4}, key.rawEd25519());
    blob.writeBytes(Arrays.copyOf(id, 4));
    blob.writeBytes(ByteBuffer.allocate(8).putLong(time.getEpochSecond()).array());
    blob.writeBytes(
        key.sign(Der.utf8("cosignature/v1\ntime " + time.getEpochSecond() + "\n" + text)));
    return "\u2014 " + name + " " + Der.base64(blob.toByteArray()) + "\n";
  }
}
