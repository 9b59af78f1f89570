package dev.assay.attest;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Base64s;
import dev.assay.bytes.Code;
import dev.assay.bytes.Fields;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A DSSE envelope (secure-systems-lab/dsse, envelope.md and protocol.md, 1.0.2): a payload, its
 * type, and signatures over both.
 *
 * <p>Nothing outside the payload and its type is signed: key ids are hints, the order of signatures
 * means nothing.
 */
public final class Dsse {

  /** The type of every in-toto statement. */
  public static final String IN_TOTO = "application/vnd.in-toto+json";

  /** Signatures of one envelope. */
  static final int MAX_SIGNATURES = 64;

  private final String payloadType;
  private final byte[] payload;
  private final List<Signature> signatures;

  /**
   * One signature.
   *
   * @param keyId the signer's hint which key it is; an empty one counts as absent (envelope.md,
   *     "Parsing rules")
   */
  public record Signature(Octets value, Optional<String> keyId) {
    public Signature {
      keyId = keyId.filter(id -> !id.isEmpty());
    }

    public static Signature of(byte[] value) {
      return new Signature(Octets.of(value), Optional.empty());
    }
  }

  private Dsse(String payloadType, byte[] payload, List<Signature> signatures) {
    this.payloadType = payloadType;
    this.payload = payload;
    this.signatures = List.copyOf(signatures);
  }

  /** An envelope from its parts. */
  public static Dsse of(String payloadType, byte[] payload, List<Signature> signatures) {
    return new Dsse(payloadType, payload.clone(), signatures);
  }

  /**
   * Reads an envelope that stands on its own. Members that the specification does not name are
   * ignored, as it demands (builders write {@code cert}); both alphabets of base64 are read, as it
   * allows, each in canonical form.
   *
   * @throws AssayException with {@link Code#BAD_ENVELOPE}, or a code of {@link Json#parse}
   */
  public static Dsse parse(byte[] document) {
    return parse(document, Limits.EVIDENCE_BYTES);
  }

  /** As {@link #parse(byte[])}, with another limit on the size in bytes. */
  public static Dsse parse(byte[] document, int limit) {
    return read(Fields.of(Json.parse(document, limit), "envelope", Code.BAD_ENVELOPE), false);
  }

  /**
   * @param exact whether unknown members are refused, as in a bundle, whose schema is closed
   */
  static Dsse read(Fields f, boolean exact) {
    byte[] payload = base64(f, "payload");
    String type = f.string("payloadType");
    if (!f.has("signatures")) {
      throw f.bad("signatures", "missing");
    }
    List<Signature> signatures = new ArrayList<>();
    for (Fields s : f.objects("signatures", MAX_SIGNATURES)) {
      byte[] value = base64(s, "sig");
      if (value.length == 0) {
        throw s.bad("sig", "empty");
      }
      signatures.add(new Signature(Octets.of(value), s.optionalString("keyid")));
      if (exact) {
        s.done(Code.BAD_ENVELOPE);
      }
    }
    if (signatures.isEmpty()) {
      throw f.bad("signatures", "none");
    }
    if (exact) {
      f.done(Code.BAD_ENVELOPE);
    }
    return new Dsse(type, payload, signatures);
  }

  private static byte[] base64(Fields f, String name) {
    String text = f.string(name);
    boolean urlSafe = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
    if (urlSafe && (text.indexOf('+') >= 0 || text.indexOf('/') >= 0)) {
      throw f.bad(name, "two alphabets of base64 in one value");
    }
    try {
      return Base64s.decode(urlSafe ? text.replace('-', '+').replace('_', '/') : text);
    } catch (AssayException e) {
      throw new AssayException(Code.BAD_ENVELOPE, f.at(name) + ": " + e.getMessage(), e);
    }
  }

  public String payloadType() {
    return payloadType;
  }

  /** The payload's bytes, as they were signed. */
  public byte[] payload() {
    return payload.clone();
  }

  int payloadSize() {
    return payload.length;
  }

  /** The same envelope with one of its signatures only. */
  Dsse only(int index) {
    return new Dsse(payloadType, payload, List.of(signatures.get(index)));
  }

  public List<Signature> signatures() {
    return signatures;
  }

  /** The bytes that are signed. */
  public byte[] pae() {
    return pae(payloadType, payload);
  }

  /**
   * The pre-authentication encoding (protocol.md, "Signature definition"): {@code DSSEv1 28
   * application/vnd.in-toto+json 2 {}}, lengths in bytes.
   */
  public static byte[] pae(String payloadType, byte[] payload) {
    byte[] type = Text.utf8(payloadType);
    byte[] before =
        Text.utf8("DSSEv1 " + type.length + " " + payloadType + " " + payload.length + " ");
    byte[] out = new byte[before.length + payload.length];
    System.arraycopy(before, 0, out, 0, before.length);
    System.arraycopy(payload, 0, out, before.length, payload.length);
    return out;
  }

  /** Whether at least one signature is this key's. Key ids are not looked at. */
  public boolean signedBy(PublicKey key) {
    byte[] signed = pae();
    for (Signature signature : signatures) {
      if (key.verify(signed, signature.value().bytes())) {
        return true;
      }
    }
    return false;
  }

  /** The envelope, members in the order payload, payloadType, signatures. */
  public Json.Obj toJson() {
    List<Json> list = new ArrayList<>();
    for (Signature signature : signatures) {
      list.add(
          Json.object()
              .put("sig", signature.value().base64())
              .putIf("keyid", signature.keyId())
              .build());
    }
    return Json.object()
        .put("payload", Base64s.encode(payload))
        .put("payloadType", payloadType)
        .put("signatures", list)
        .build();
  }

  /** The envelope as a compact JSON document. */
  public byte[] write() {
    return Text.utf8(toJson().compact());
  }
}
