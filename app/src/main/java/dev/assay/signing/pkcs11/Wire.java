package dev.assay.signing.pkcs11;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What {@link HostProcess} and {@link Host} say to each other: frames of a length (4 bytes, big
 * endian) and so many bytes. The first byte of a question is an operation, of an answer a status;
 * what follows is numbers of 8 bytes and byte strings with their lengths.
 */
final class Wire {

  static final byte LOAD = 1;
  static final byte TOKENS = 2;
  static final byte OPEN = 3;
  static final byte LOGIN = 4;
  static final byte FIND = 5;
  static final byte SIGN = 6;
  static final byte GENERATE = 7;

  static final byte OK = 0;

  /** A function of the module returned something else than CKR_OK: its name, the value. */
  static final byte CKR = 1;

  /** Something else went wrong: a text. */
  static final byte FAILED = 2;

  /** The largest frame: a file's digest, a token's list of objects with their certificates. */
  private static final int FRAME_BYTES = 16 << 20;

  private Wire() {}

  static void send(OutputStream out, Message message) throws IOException {
    byte[] body = message.bytes.toByteArray();
    try {
      byte[] length = {
        (byte) (body.length >>> 24),
        (byte) (body.length >>> 16),
        (byte) (body.length >>> 8),
        (byte) body.length
      };
      out.write(length);
      out.write(body);
      out.flush();
    } finally {
      Arrays.fill(body, (byte) 0);
      message.wipe();
    }
  }

  /** The next frame, or nothing where the stream ends before one begins. */
  static Optional<Reader> receive(InputStream in) throws IOException {
    byte[] head = in.readNBytes(4);
    if (head.length == 0) {
      return Optional.empty();
    }
    int length =
        head.length < 4
            ? -1
            : (head[0] & 0xff) << 24
                | (head[1] & 0xff) << 16
                | (head[2] & 0xff) << 8
                | head[3] & 0xff;
    if (length < 1 || length > FRAME_BYTES) {
      throw new IOException("not a frame");
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("a frame that is cut off");
    }
    return Optional.of(new Reader(body));
  }

  /** A message being written. */
  static final class Message {
    private static final class Buffer extends ByteArrayOutputStream {
      void wipe() {
        Arrays.fill(buf, (byte) 0);
      }
    }

    private final Buffer bytes = new Buffer();
    private final DataOutputStream data = new DataOutputStream(bytes);

    Message(byte head) {
      bytes.write(head);
    }

    Message number(long value) {
      try {
        data.writeLong(value);
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Message bytes(byte[] value) {
      number(value.length);
      bytes.writeBytes(value);
      return this;
    }

    Message text(String value) {
      return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    void wipe() {
      bytes.wipe();
    }
  }

  /** A message being read. */
  static final class Reader {
    private final byte[] body;
    private final DataInputStream data;
    private final byte head;

    Reader(byte[] body) {
      this.body = body;
      this.head = body[0];
      this.data = new DataInputStream(new ByteArrayInputStream(body, 1, body.length - 1));
    }

    byte head() {
      return head;
    }

    long number() throws IOException {
      return data.readLong();
    }

    byte[] bytes() throws IOException {
      long length = number();
      if (length < 0 || length > data.available()) {
        throw new IOException("not a message");
      }
      return data.readNBytes((int) length);
    }

    String text() throws IOException {
      return new String(bytes(), StandardCharsets.UTF_8);
    }

    /** Overwrites the message, which may have held a PIN. */
    void wipe() {
      Arrays.fill(body, (byte) 0);
    }
  }
}
