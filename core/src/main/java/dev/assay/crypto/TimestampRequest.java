package dev.assay.crypto;

import dev.assay.bytes.Hex;
import java.math.BigInteger;

/** What a timestamp authority is asked (RFC 3161 section 2.4.1, TimeStampReq). */
public final class TimestampRequest {

  // 2.16.840.1.101.3.4.2.1
  private static final byte[] SHA256 = Hex.decode("608648016503040201");

  private TimestampRequest() {}

  /**
   * The request, DER: to stamp SHA-256 of the message, and to send the signer's certificate along.
   *
   * @param nonce by which the answer is recognized; random and positive
   */
  public static byte[] of(byte[] message, BigInteger nonce) {
    return DerWriter.sequence(
        DerWriter.integer(1),
        DerWriter.sequence(
            DerWriter.sequence(DerWriter.oid(SHA256), DerWriter.none()),
            DerWriter.octets(Hashes.sha256(message))),
        DerWriter.integer(nonce),
        DerWriter.element(DerReader.BOOLEAN, new byte[] {(byte) 0xff}));
  }
}
