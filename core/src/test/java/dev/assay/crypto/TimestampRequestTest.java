package dev.assay.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.tsp.TimeStampReq;
import org.junit.jupiter.api.Test;

class TimestampRequestTest {

  @Test
  void anothersReaderReadsIt() throws IOException {
    byte[] message = {1, 2, 3};
    BigInteger nonce = new BigInteger("fedcba9876543210", 16);
    byte[] request = TimestampRequest.of(message, nonce);
    TimeStampReq read = TimeStampReq.getInstance(request);
    assertArrayEquals(request, read.getEncoded("DER"));
    assertEquals(nonce, read.getNonce().getPositiveValue());
    assertEquals(nonce, read.getNonce().getValue());
    assertTrue(read.getCertReq().isTrue());
    assertEquals(
        NISTObjectIdentifiers.id_sha256,
        read.getMessageImprint().getHashAlgorithm().getAlgorithm());
    assertArrayEquals(Hashes.sha256(message), read.getMessageImprint().getHashedMessage());
  }
}
