package dev.assay.lab;

import java.util.List;

/** A transparency log of signatures, of the first generation or the second. */
public final class RekorLog {

  /** The generations of Rekor. */
  public enum Generation {
    /** Promises (SETs), integrated times, checkpoints named {@code host - tree ID}. */
    V1,
    /** Only proofs and checkpoints. */
    V2
  }

  /** Where a global index begins in a v1 log: entries of earlier shards. */
  private static final long EARLIER = 4_163_431;

  private final Generation generation;
  private final String host;
  private final String origin;
  private final LabKey key;
  private final LabTree tree;

  RekorLog(Generation generation, String host, String origin, LabKey key, LabTree tree) {
    this.generation = generation;
    this.host = host;
    this.origin = origin;
    this.key = key;
    this.tree = tree;
  }

  /** Which Rekor it is. */
  public Generation generation() {
    return generation;
  }

  /** The host of its URL and the name on its signature lines. */
  public String host() {
    return host;
  }

  /** Where a trust root says it is. */
  public String baseUrl() {
    return "https://" + host;
  }

  /** The first line of its checkpoints. */
  public String origin() {
    return origin;
  }

  /** Its key. */
  public LabKey key() {
    return key;
  }

  /** What entries and trust roots name it by. */
  public byte[] id() {
    return keyId(host, key);
  }

  /** The key ID of a note's signer: as C2SP has it for Ed25519, SHA-256 of the SPKI for others. */
  static byte[] keyId(String name, LabKey key) {
    return key.kind() == LabKey.Kind.ED25519
        ? Der.sha256(Der.utf8(name + "\n"), new byte[] {1}, key.rawEd25519())
        : key.id();
  }

  /** How many entries there are. */
  public long size() {
    return tree.size();
  }

  /** Adds an entry and says where in the tree. */
  public long append(byte[] body) {
    return tree.append(body);
  }

  /** The index of an entry among all shards. */
  public long globalIndex(long index) {
    return generation == Generation.V1 ? index + EARLIER : index;
  }

  /** The root of the tree as it was with so many entries. */
  public byte[] root(long size) {
    return tree.root(size);
  }

  /** The inclusion proof of an entry in the tree of so many. */
  public List<byte[]> proof(long index, long size) {
    return tree.proof(index, size);
  }

  /** The text of a checkpoint, before the signatures. */
  public String checkpointText(long size, byte[] root) {
    return origin + "\n" + size + "\n" + Der.base64(root) + "\n";
  }

  /** A signature line, newline included. */
  public static String line(String name, LabKey key, String text) {
    return "\u2014 "
        + name
        + " "
        + Der.base64(key.noteBlob(keyId(name, key), Der.utf8(text)))
        + "\n";
  }
}
