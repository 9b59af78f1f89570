package dev.assay.signing;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Text;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The agent that holds SSH keys, at the socket that {@code SSH_AUTH_SOCK} names
 * (draft-ietf-sshm-ssh-agent sections 3.5 and 3.6). One connection for each question.
 */
final class SshAgent {

  /** Sign with SHA-512, for RSA keys. */
  static final int RSA_SHA512 = 4;

  /** Sign with SHA-256, for RSA keys. */
  static final int RSA_SHA256 = 2;

  private static final byte REQUEST_IDENTITIES = 11;
  private static final byte IDENTITIES_ANSWER = 12;
  private static final byte SIGN_REQUEST = 13;
  private static final byte SIGN_RESPONSE = 14;

  private static final int MESSAGE_BYTES = 256 << 10; // what OpenSSH's agent takes
  private static final int MAX_IDENTITIES = 1_024;
  private static final String VARIABLE = "SSH_AUTH_SOCK";

  private final KeySettings settings;
  private final Path socket;

  /** A key in the agent: its binary form and what somebody called it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Identity(byte[] blob, String comment) {}

  SshAgent(KeySettings settings) {
    this.settings = settings;
    this.socket =
        Path.of(
            settings
                .variable(VARIABLE)
                .orElseThrow(() ->
                    new AssayException(
                        Code.KEY_UNREADABLE,
                        "there is no SSH agent: " + VARIABLE + " is not set",
                        "start one (eval $(ssh-agent)) and give it the key (ssh-add)")));
  }

  List<Identity> identities() {
    ByteBuffer answer =
        ask(new byte[] {REQUEST_IDENTITIES}, IDENTITIES_ANSWER, "does not list its keys");
    try {
      int count = answer.getInt();
      if (count < 0 || count > MAX_IDENTITIES) {
        throw unreadable();
      }
      List<Identity> out = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        out.add(new Identity(string(answer), new String(string(answer), StandardCharsets.UTF_8)));
      }
      return out;
    } catch (BufferUnderflowException e) {
      throw unreadable();
    }
  }

  /** SSH's signature of the data: the algorithm's name and its value, as one string. */
  byte[] sign(byte[] key, byte[] data, int flags) {
    byte[] question =
        new SshWriter()
            .raw(new byte[] {SIGN_REQUEST})
            .string(key)
            .string(data)
            .uint32(flags)
            .bytes();
    if (question.length > MESSAGE_BYTES) {
      throw new AssayException(
          Code.TOO_LARGE, "more than an SSH agent signs at once: " + data.length + " bytes");
    }
    ByteBuffer answer = ask(question, SIGN_RESPONSE, "refuses to sign");
    try {
      return string(answer);
    } catch (BufferUnderflowException e) {
      throw unreadable();
    }
  }

  static byte[] string(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] out = new byte[length];
    in.get(out);
    return out;
  }

  private static AssayException unreadable() {
    return new AssayException(
        Code.SIGNING_FAILED, "the SSH agent gave an answer that cannot be read");
  }

  // A message is its length, a type, what belongs to the type.
  private ByteBuffer ask(byte[] question, byte expected, String refusal) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Patience patience =
            new Patience(
                settings.limit(),
                Optional.of("waiting for the SSH agent: a security key that blinks wants a touch"),
                settings,
                () -> close(channel))) {
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        ByteBuffer out = ByteBuffer.wrap(new SshWriter().string(question).bytes());
        while (out.hasRemaining()) {
          channel.write(out);
        }
        int length = read(channel, 4).getInt();
        if (length < 1 || length > MESSAGE_BYTES) {
          throw unreadable();
        }
        ByteBuffer answer = read(channel, length);
        if (answer.get() != expected) {
          throw new AssayException(
              Code.SIGNING_FAILED,
              "the SSH agent " + refusal,
              "ssh-add -l shows what it holds; it may be locked, or somebody said no");
        }
        return answer;
      } catch (IOException e) {
        if (patience.expired()) {
          throw new AssayException(
              Code.SIGNING_FAILED,
              "the SSH agent did not answer within " + settings.limit().toSeconds() + " seconds",
              KeySettings.TIMEOUT + " sets another limit");
        }
        throw e;
      }
    } catch (IOException e) {
      throw new AssayException(
          Code.SIGNING_FAILED,
          "the SSH agent at " + Text.printable(socket.toString()) + " cannot be reached",
          e);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It was to end, and it has.
    }
  }

  private static ByteBuffer read(SocketChannel channel, int length) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(length);
    while (in.hasRemaining()) {
      if (channel.read(in) < 0) {
        throw new IOException("the connection ended");
      }
    }
    return in.flip();
  }
}
