package dev.assay.adversary;

import static dev.assay.adversary.Trial.LAB;
import static dev.assay.adversary.Trial.draft;
import static dev.assay.adversary.Trial.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.lab.BundleDraft;
import dev.assay.lab.Edits;
import dev.assay.lab.LabBundle;
import dev.assay.lab.LabKey;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustRootReader;
import dev.assay.verify.Candidate;
import dev.assay.verify.History;
import dev.assay.verify.Requirement;
import dev.assay.verify.Subject;
import dev.assay.verify.Trust;
import dev.assay.verify.Verifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cms.SignedData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No bit of anything that is signed or hashed can be turned over unseen. */
class BitFlipTest {

  private static final int FLIPS = 2_000;

  private static LabBundle make(String kind) {
    BundleDraft draft = kind.contains("dsse") ? LAB.bundle().provenance(LAB.bytes(64)) : draft();
    if (kind.contains("managed")) {
      draft.managed(LAB.key(kind.contains("dsse") ? LabKey.Kind.P256 : LabKey.Kind.P384));
    }
    if (kind.contains("v2")) {
      draft.rekorV2();
    }
    if (kind.contains("intoto")) {
      draft.entry(e -> e.kind("intoto"));
    }
    if (kind.contains("stamped")) {
      draft.timestamp();
    }
    return draft.make();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1 dsse",
        "v1 dsse intoto",
        "v1 message stamped",
        "v2 message",
        "v1 message managed",
        "v2 dsse managed"
      })
  void noBitCanBeTurnedOver(String kind) {
    LabBundle bundle = make(kind);
    Signer signer = kind.contains("managed") ? key("k", bundle.key()) : Trial.CI;
    boolean stamped = kind.contains("stamped") || kind.contains("v2");
    // Everything that is there is asked for, so that nothing of it can be broken unseen.
    Trust trust =
        Trust.of(List.of(TrustRootReader.read(LAB.trustRoot().bytes())))
            .demanding(
                new Trust.Demands(
                    Optional.of(1),
                    stamped ? Optional.of(1) : Optional.empty(),
                    Optional.empty(),
                    true,
                    false));
    assertTrue(verified(bundle.json(), bundle.artifact(), signer, trust), kind);

    List<String> fields = new ArrayList<>();
    collect(bundle.json(), "", fields);
    Random random = new Random(kind.hashCode());
    int bytes = 0;
    for (String field : fields) {
      bytes += decoded(bundle.json(), field).length;
    }
    int tried = 0;
    List<String> accepted = new ArrayList<>();
    // Every byte once, and as many more as make it enough.
    int rounds = Math.max(1, (FLIPS + bytes - 1) / bytes);
    for (String field : fields) {
      byte[] value = decoded(bundle.json(), field);
      for (int at = 0; at < value.length; at++) {
        int first = random.nextInt(8);
        for (int round = 0; round < rounds; round++) {
          byte[] changed = value.clone();
          changed[at] ^= (byte) (1 << (first + round) % 8);
          tried++;
          if (!unsigned(field, value, at)
              && verified(
                  encoded(bundle.json(), field, changed), bundle.artifact(), signer, trust)) {
            accepted.add(field + " byte " + at + " of " + value.length);
          }
        }
      }
    }
    for (int at = 0; at < bundle.artifact().length; at++) {
      byte[] other = bundle.artifact().clone();
      other[at] ^= (byte) (1 << random.nextInt(8));
      tried++;
      if (verified(bundle.json(), other, signer, trust)) {
        accepted.add("artifact byte " + at);
      }
    }
    assertEquals(List.of(), accepted);
    assertTrue(tried >= FLIPS, kind + ": " + tried);
  }

  /**
   * What may differ because nobody signs it and nothing is derived from it, each with its reason.
   */
  private static boolean unsigned(String field, byte[] value, int at) {
    // A hint which key it is: a wrong one makes the verifier try all that are trusted.
    if (field.equals("verificationMaterial.publicKey.hint")) {
      return true;
    }
    if (!field.endsWith(".signedTimestamp")) {
      return false;
    }
    // RFC 5652 section 5.1: the list of hashes is there for readers in a hurry; the one that counts
    // is in what is signed. The certificates are the sender's; the trust root's is used, and held
    // against the one that the signed attributes name.
    SignedData data =
        SignedData.getInstance(
            ASN1TaggedObject.getInstance(
                    ASN1Sequence.getInstance(ASN1Sequence.getInstance(value).getObjectAt(1))
                        .getObjectAt(1))
                .getExplicitBaseObject());
    try {
      return within(value, data.getDigestAlgorithms().getEncoded(), at)
          || within(value, new DERTaggedObject(false, 0, data.getCertificates()).getEncoded(), at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean within(byte[] whole, byte[] part, int at) {
    for (int i = 0; i + part.length <= whole.length; i++) {
      if (Arrays.equals(whole, i, i + part.length, part, 0, part.length)) {
        return at >= i && at < i + part.length;
      }
    }
    throw new AssertionError("not a part of it");
  }

  private static boolean verified(Json.Obj bundle, byte[] artifact, Signer signer, Trust trust) {
    return Verifier.verify(
            Subject.of("artifact", artifact),
            List.of(Candidate.of("bundle", Text.utf8(bundle.compact()))),
            List.of(new Requirement.AnyEvidence(List.of(signer))),
            trust,
            History.NONE,
            LAB.now().plus(Duration.ofDays(1)))
        .checks()
        .getFirst()
        .passed();
  }

  // Every string of the document that holds bytes, and the checkpoints, which are text.
  private static void collect(Json value, String path, List<String> out) {
    if (value instanceof Json.Obj object) {
      for (Map.Entry<String, Json> member : object.members().entrySet()) {
        collect(
            member.getValue(),
            path.isEmpty() ? member.getKey() : path + "." + member.getKey(),
            out);
      }
    } else if (value instanceof Json.Arr array) {
      for (int i = 0; i < array.elements().size(); i++) {
        collect(array.elements().get(i), path + "." + i, out);
      }
    } else if (value instanceof Json.Str) {
      String name = path.substring(path.lastIndexOf('.') + 1);
      if (!List.of("mediaType", "kind", "version", "algorithm").contains(name)) {
        out.add(path);
      }
    }
  }

  private static boolean text(String path) {
    return path.endsWith(".envelope")
        || path.endsWith("payloadType")
        || path.endsWith("ndex")
        || path.endsWith("treeSize")
        || path.endsWith("integratedTime");
  }

  private static byte[] decoded(Json.Obj bundle, String path) {
    String value = Edits.text(bundle, path);
    return text(path) ? Text.utf8(value) : Base64s.decode(value);
  }

  private static Json.Obj encoded(Json.Obj bundle, String path, byte[] value) {
    return Edits.set(
        bundle,
        path,
        text(path)
            ? new String(value, java.nio.charset.StandardCharsets.UTF_8)
            : Base64s.encode(value));
  }
}
