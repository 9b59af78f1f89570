package dev.assay.signing.keyless;

import dev.assay.attest.Octets;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Timestamp;
import dev.assay.crypto.TimestampRequest;
import dev.assay.net.Reply;
import dev.assay.net.Request;
import java.math.BigInteger;
import java.net.URI;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/** A timestamp authority (RFC 3161 over HTTP, its section 3.4). */
final class TimestampClient {

  private static final SecureRandom RANDOM = new SecureRandom();

  private final URI address;
  private final Services services;

  TimestampClient(URI address, Services services) {
    this.address = address;
    this.services = services;
  }

  URI address() {
    return address;
  }

  /**
   * A timestamp over the signature.
   *
   * @throws AssayException with {@link Code#BAD_TIMESTAMP} if the answer is not about it, or not an
   *     answer to this question
   */
  Octets stamp(Octets signature) {
    String who = "the timestamp authority " + Text.quote(address.toString());
    byte[] message = signature.bytes();
    BigInteger nonce = new BigInteger(63, RANDOM).setBit(63);
    Request request =
        Request.post(address, TimestampRequest.of(message, nonce))
            .with("Content-Type", "application/timestamp-query")
            .with("Accept", "application/timestamp-reply")
            .repeating();
    byte[] answer;
    try (Reply reply = services.send(request)) {
      answer = services.body(reply, request, who, "");
    }
    if (answer.length > Limits.TIMESTAMP_BYTES) {
      throw bad(who, "an answer of " + answer.length + " bytes");
    }
    Timestamp timestamp;
    try {
      timestamp = Timestamp.parse(answer);
    } catch (AssayException e) {
      throw new AssayException(e.code(), who + ": " + e.getMessage(), e);
    }
    if (!timestamp.covers(message)) {
      throw bad(who, "a timestamp over something else");
    }
    if (!timestamp.nonce().equals(Optional.of(nonce))) {
      throw bad(who, "an answer to another question: the nonce differs");
    }
    // It was asked for its certificate. Whether that is to be believed, the trust root says.
    if (timestamp.signer(List.of()).isEmpty()) {
      throw bad(who, "a timestamp that none of the certificates in it signed");
    }
    return Octets.of(answer);
  }

  private static AssayException bad(String who, String what) {
    return new AssayException(Code.BAD_TIMESTAMP, who + " gives " + what);
  }
}
