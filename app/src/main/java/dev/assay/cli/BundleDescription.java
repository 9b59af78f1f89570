package dev.assay.cli;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.attest.EvidenceReader;
import dev.assay.attest.LogEntry;
import dev.assay.attest.Octets;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Hex;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.FulcioClaims;
import dev.assay.crypto.GeneralName;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.Timestamp;
import dev.assay.log.Checkpoint;
import dev.assay.log.SignedNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a piece of evidence says, as JSON. A part that cannot be read is said to be so, and hides
 * nothing about the others.
 */
final class BundleDescription {

  private BundleDescription() {}

  static Json.Obj of(EvidenceReader.Piece piece) {
    Bundle bundle = piece.bundle();
    Json.Builder out = Json.object();
    if (!piece.where().isEmpty()) {
      out.put("where", piece.where());
    }
    out.put("form", form(bundle));
    out.put("evidence", Hashes.sha256Digest(piece.bytes()).toString());
    out.put("signed", content(bundle.content()));
    out.put("signer", signer(bundle.material()));
    if (!bundle.logEntries().isEmpty()) {
      List<Json> entries = new ArrayList<>();
      for (LogEntry entry : bundle.logEntries()) {
        entries.add(entry(entry));
      }
      out.put("logEntry", entries);
    }
    if (!bundle.timestamps().isEmpty()) {
      List<Json> timestamps = new ArrayList<>();
      for (Octets token : bundle.timestamps()) {
        timestamps.add(timestamp(token));
      }
      out.put("timestamp", timestamps);
    }
    return out.build();
  }

  private static String form(Bundle bundle) {
    return switch (bundle.form()) {
      case BUNDLE ->
          "Sigstore bundle "
              + switch (bundle.version()) {
                case V0_1 -> "0.1";
                case V0_2 -> "0.2";
                case V0_3 -> "0.3";
                case NONE -> throw new IllegalStateException("a bundle without a version");
              };
      case OCI_SIGNATURE -> "cosign signature from a registry";
      case OCI_ATTESTATION -> "cosign attestation from a registry";
      case COSIGN_BLOB -> "cosign JSON of --bundle, before version 3";
      case ENVELOPE -> "DSSE envelope";
      case CLOUD_BUILD -> "provenance of Google Cloud Build";
    };
  }

  // ---- what is signed

  private static Json.Builder content(Bundle.Content content) {
    return switch (content) {
      case Bundle.Envelope e -> envelope(e.dsse());
      case Bundle.MessageSignature m ->
          Json.object().put("kind", "file").putIf("digest", m.digest().map(Digest::toString));
      case Bundle.SimpleSigning s -> {
        Json.Builder out =
            Json.object()
                .put("kind", "image")
                .put("digest", s.imageDigest().toString())
                .put("reference", s.dockerReference());
        if (!s.optional().isEmpty()) {
          out.put("annotations", new Json.Obj(s.optional()));
        }
        yield out;
      }
    };
  }

  private static Json.Builder envelope(Dsse dsse) {
    Json.Builder out = Json.object().put("kind", "attestation").put("type", dsse.payloadType());
    if (!dsse.payloadType().equals(Dsse.IN_TOTO)) {
      return out;
    }
    try {
      Statement statement = Statement.parse(dsse.payload(), Limits.SBOM_BYTES);
      out.put("statement", statement.type()).put("predicateType", statement.predicateType());
      List<Json> subjects = new ArrayList<>();
      for (Statement.Subject subject : statement.subjects()) {
        Json.Builder digests = Json.object();
        subject.digests().forEach(digests::put);
        subjects.add(Json.object().putIf("name", subject.name()).put("digest", digests).build());
      }
      return out.put("subject", subjects);
    } catch (AssayException e) {
      return out.put("problem", problem(e));
    }
  }

  // ---- who

  private static Json.Builder signer(Bundle.Material material) {
    if (material instanceof Bundle.Certificates certificates) {
      Json.Builder out = certificate(certificates.leaf());
      List<Json> above = new ArrayList<>();
      for (Octets der : certificates.chain().subList(1, certificates.chain().size())) {
        above.add(Json.of(name(der)));
      }
      return above.isEmpty() ? out : out.put("chain", above);
    }
    String hint = material instanceof Bundle.KeyHint key ? key.hint() : "";
    return Json.object()
        .put("kind", "key")
        .put("hint", hint.isEmpty() ? "none: the file does not say which key" : hint);
  }

  private static Json.Builder certificate(Octets der) {
    Json.Builder out = Json.object().put("kind", "certificate");
    try {
      Certificate certificate = Certificate.parse(der.bytes());
      out.put("id", certificate.id().toString());
      if (!certificate.subjectName().isEmpty()) {
        out.put("subject", certificate.subjectName());
      }
      List<Json> names = new ArrayList<>();
      for (GeneralName name : certificate.alternativeNames()) {
        names.add(Json.of(kind(name) + " " + name.value()));
      }
      out.put("name", Json.array(names));
      out.put("issuedBy", certificate.issuerName());
      out.put("key", certificate.key().algorithm().id());
      out.put("notBefore", certificate.notBefore().toString());
      out.put("notAfter", certificate.notAfter().toString());
      Map<String, String> claims = FulcioClaims.of(certificate).claims();
      if (!claims.isEmpty()) {
        Json.Builder listed = Json.object();
        claims.forEach(listed::put);
        out.put("claims", listed);
      }
    } catch (AssayException e) {
      out.put("problem", problem(e));
    }
    return out;
  }

  private static String kind(GeneralName name) {
    return switch (name.kind()) {
      case EMAIL -> "email";
      case DNS -> "dns";
      case URI -> "uri";
      case OTHER -> "user";
    };
  }

  private static String name(Octets der) {
    try {
      return Certificate.parse(der.bytes()).subjectName();
    } catch (AssayException e) {
      return problem(e);
    }
  }

  // ---- when

  private static Json entry(LogEntry entry) {
    Json.Builder out =
        Json.object()
            .put("log", Hex.encode(entry.logId().bytes()))
            .put("index", entry.logIndex())
            .put("kind", entry.kind() + " " + entry.version());
    entry.integratedTime().ifPresent(t -> out.put("time", t.toString()));
    out.put("promise", entry.inclusionPromise().isPresent());
    Optional<LogEntry.Proof> proof = entry.inclusionProof();
    if (proof.isEmpty()) {
      return out.put("proof", false).build();
    }
    Json.Builder of =
        Json.object().put("leaf", proof.get().logIndex()).put("treeSize", proof.get().treeSize());
    proof.get().checkpoint().ifPresent(c -> of.put("checkpoint", checkpoint(c)));
    return out.put("proof", of).build();
  }

  private static Json.Builder checkpoint(String text) {
    Json.Builder out = Json.object();
    try {
      SignedNote note = SignedNote.parse(Text.utf8(text));
      Checkpoint checkpoint = Checkpoint.parse(note.text());
      out.put("origin", checkpoint.origin()).put("size", checkpoint.size());
      List<Json> names = new ArrayList<>();
      for (SignedNote.Signature signature : note.signatures()) {
        names.add(Json.of(signature.name()));
      }
      return out.put("signedAs", names);
    } catch (AssayException e) {
      return out.put("problem", problem(e));
    }
  }

  private static Json timestamp(Octets token) {
    Json.Builder out = Json.object();
    try {
      Timestamp timestamp = Timestamp.parse(token.bytes());
      out.put("time", timestamp.time().toString()).put("signer", timestamp.signerName());
    } catch (AssayException e) {
      out.put("problem", problem(e));
    }
    return out.build();
  }

  private static String problem(AssayException e) {
    return "cannot be read: " + e.getMessage() + " (" + e.code().id() + ")";
  }
}
