package dev.assay.bench;

import dev.assay.lab.Lab;
import dev.assay.lab.LabBundle;
import dev.assay.lab.LabKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Distinct bundles of one kind and what they verify with. */
final class Bundles {

  final byte[] trustRoot;
  final LabKey managed;
  final byte[][] documents;
  final byte[][] digests;
  final boolean keyless;
  final boolean attestation;

  Bundles(String kind, int count, long seed) {
    Lab lab = Lab.at(GenerateBundles.CLOCK, seed);
    keyless = !kind.equals("key");
    attestation = kind.startsWith("dsse");
    trustRoot = lab.trustRoot().bytes();
    managed = lab.key(LabKey.Kind.P256);
    documents = new byte[count][];
    digests = new byte[count][];
    for (int i = 0; i < count; i++) {
      LabBundle bundle = GenerateBundles.draft(lab, kind, managed, i).make();
      documents[i] = bundle.bytes();
      digests[i] = sha256(bundle.artifact());
    }
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
