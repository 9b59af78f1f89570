package dev.assay.attest;

import dev.assay.bytes.Base64s;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes a bundle in version 0.3. Integers of 64 bits are strings and zeros are left out, as proto3
 * JSON has it.
 */
final class BundleWriter {

  private BundleWriter() {}

  static byte[] write(Bundle bundle) {
    Json.Builder out =
        Json.object()
            .put("mediaType", Bundle.MEDIA_TYPE)
            .put("verificationMaterial", material(bundle));
    if (bundle.content() instanceof Bundle.Envelope envelope) {
      out.put("dsseEnvelope", envelope.dsse().toJson());
    } else if (bundle.content() instanceof Bundle.MessageSignature message) {
      out.put("messageSignature", message(message));
    } else {
      throw new IllegalStateException("a bundle has no room for a simple-signing payload");
    }
    return Text.utf8(out.build().compact());
  }

  private static Json.Builder material(Bundle bundle) {
    Json.Builder out = Json.object();
    if (bundle.material() instanceof Bundle.KeyHint key) {
      Json.Builder publicKey = Json.object();
      if (!key.hint().isEmpty()) {
        publicKey.put("hint", key.hint());
      }
      out.put("publicKey", publicKey);
    } else if (bundle.material() instanceof Bundle.Certificates certificates) {
      if (certificates.chain().size() != 1) {
        throw new IllegalStateException("a bundle of version 0.3 has a single certificate");
      }
      out.put("certificate", Json.object().put("rawBytes", certificates.leaf().base64()));
    }
    if (!bundle.logEntries().isEmpty()) {
      List<Json> entries = new ArrayList<>();
      for (LogEntry entry : bundle.logEntries()) {
        entries.add(entry(entry));
      }
      out.put("tlogEntries", entries);
    }
    if (!bundle.timestamps().isEmpty()) {
      List<Json> timestamps = new ArrayList<>();
      for (Octets timestamp : bundle.timestamps()) {
        timestamps.add(Json.object().put("signedTimestamp", timestamp.base64()).build());
      }
      out.put("timestampVerificationData", Json.object().put("rfc3161Timestamps", timestamps));
    }
    return out;
  }

  private static Json entry(LogEntry entry) {
    Json.Builder out = Json.object();
    putInteger(out, "logIndex", entry.logIndex());
    out.put("logId", Json.object().put("keyId", entry.logId().base64()));
    out.put("kindVersion", Json.object().put("kind", entry.kind()).put("version", entry.version()));
    putInteger(
        out, "integratedTime", entry.integratedTime().map(t -> t.getEpochSecond()).orElse(0L));
    Optional<Octets> promise = entry.inclusionPromise();
    if (promise.isPresent()) {
      out.put(
          "inclusionPromise", Json.object().put("signedEntryTimestamp", promise.get().base64()));
    }
    LogEntry.Proof proof =
        entry
            .inclusionProof()
            .orElseThrow(() ->
                new IllegalStateException("a bundle of version 0.3 has a proof in every entry"));
    out.put("inclusionProof", proof(proof));
    return out.put("canonicalizedBody", entry.canonicalizedBody().base64()).build();
  }

  private static Json.Builder proof(LogEntry.Proof proof) {
    Json.Builder out = Json.object();
    putInteger(out, "logIndex", proof.logIndex());
    out.put("rootHash", proof.rootHash().base64());
    putInteger(out, "treeSize", proof.treeSize());
    if (!proof.hashes().isEmpty()) {
      List<String> hashes = new ArrayList<>();
      for (Octets hash : proof.hashes()) {
        hashes.add(hash.base64());
      }
      out.put("hashes", Json.strings(hashes));
    }
    String checkpoint =
        proof
            .checkpoint()
            .orElseThrow(() ->
                new IllegalStateException("a bundle of version 0.3 has a checkpoint in a proof"));
    return out.put("checkpoint", Json.object().put("envelope", checkpoint));
  }

  private static Json.Builder message(Bundle.MessageSignature message) {
    Json.Builder out = Json.object();
    message
        .digest()
        .ifPresent(d ->
            out.put(
                "messageDigest",
                Json.object()
                    .put("algorithm", BundleReader.hashName(d.algorithm()))
                    .put("digest", Base64s.encode(d.value()))));
    return out.put("signature", message.signature().base64());
  }

  private static void putInteger(Json.Builder out, String name, long value) {
    if (value != 0) {
      out.put(name, Long.toString(value));
    }
  }
}
