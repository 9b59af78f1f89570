package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Hashes;
import dev.assay.trust.TrustedKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A candidate, read. Parsing says nothing about trust: the statement of an envelope is used only
 * after {@link #signedBy} named the key that signed it, except to say of which kind the candidate
 * is.
 */
final class Evidence {

  /** The key that signed, or why none is accepted. Exactly one of the two is there. */
  record Signed(Optional<TrustedKey> key, Optional<Check> refusal) {}

  final Candidate candidate;
  final Digest id;
  private final @Nullable Check unreadable;
  private final @Nullable Bundle bundle;
  private final @Nullable Dsse envelope;
  private final @Nullable Statement statement;
  private final Budget budget;

  private Evidence(
      Candidate candidate,
      Budget budget,
      @Nullable Check unreadable,
      @Nullable Bundle bundle,
      @Nullable Dsse envelope,
      @Nullable Statement statement) {
    this.candidate = candidate;
    this.budget = budget;
    this.id = Hashes.sha256Digest(candidate.bytes());
    this.unreadable = unreadable;
    this.bundle = bundle;
    this.envelope = envelope;
    this.statement = statement;
  }

  // Bytes that are not what their digest names are a finding; what could not be had is none.
  private static Check failed(String origin, Candidate.Failure failure) {
    return failure.code().exit() == Code.Exit.BYTES_DIFFER
        ? Check.fail(origin, failure.code(), failure.message())
        : Check.notEvaluated(origin, failure.code(), failure.message());
  }

  static Evidence read(Candidate candidate, Budget budget) {
    if (candidate.failure().isPresent()) {
      Candidate.Failure failure = candidate.failure().get();
      return new Evidence(candidate, budget, failed(candidate.origin(), failure), null, null, null);
    }
    try {
      if (candidate.bytes().length > Limits.SBOM_BYTES) {
        throw new AssayException(
            Code.TOO_LARGE,
            candidate.bytes().length + " bytes; at most " + Limits.SBOM_BYTES + " are read");
      }
      Bundle bundle = Bundle.parse(candidate.bytes(), Limits.SBOM_BYTES);
      Dsse envelope = bundle.content() instanceof Bundle.Envelope e ? e.dsse() : null;
      Statement statement = envelope == null ? null : Statement.of(envelope);
      return new Evidence(candidate, budget, null, bundle, envelope, statement);
    } catch (AssayException e) {
      return new Evidence(
          candidate,
          budget,
          Check.fail(candidate.origin(), e.code(), String.valueOf(e.getMessage())),
          null,
          null,
          null);
    }
  }

  /** Why it could not be read, if it could not. */
  Optional<Check> unreadable() {
    // What could not be fetched has no bytes, so no digest either.
    return Optional.ofNullable(unreadable)
        .map(c -> candidate.failure().isPresent() ? c : c.evidence(id));
  }

  /** The predicate type of its statement; absent for a signature over a file's digest. */
  Optional<String> predicateType() {
    return Optional.ofNullable(statement).map(Statement::predicateType);
  }

  private Bundle.MessageSignature messageSignature() {
    if (bundle != null && bundle.content() instanceof Bundle.MessageSignature m) {
      return m;
    }
    throw new IllegalStateException("no message signature");
  }

  /** The statement. Ask only when {@link #signedBy} has named a key. */
  Statement statement() {
    if (statement == null) {
      throw new IllegalStateException("no statement");
    }
    return statement;
  }

  /** What it is about, if that is not the subject. */
  Optional<Check> otherSubject(Subject subject) {
    if (statement != null) {
      if (statement.names(subject.digest())) {
        return Optional.empty();
      }
      String found =
          statement.subjects().isEmpty()
              ? "nothing"
              : statement.subjects().getFirst().knownDigests().toString();
      return Optional.of(
          refuse(Code.SUBJECT_MISMATCH, "the statement is about another subject")
              .expected(subject.digest().toString(), found));
    }
    Optional<Digest> stated = messageSignature().digest();
    // A digest by another algorithm says nothing here; the signature itself binds the content.
    return stated.isEmpty()
            || stated.get().algorithm() != subject.digest().algorithm()
            || stated.get().equals(subject.digest())
        ? Optional.empty()
        : Optional.of(
            refuse(Code.SUBJECT_MISMATCH, "the signature is over other content")
                .expected(subject.digest().toString(), stated.get().toString()));
  }

  Check refuse(Code code, String detail) {
    return Check.fail(candidate.origin(), code, detail).evidence(id);
  }

  /** Which of the keys signed it, and may at that time. */
  Signed signedBy(List<TrustedKey> keys, Subject subject, Instant at) {
    if (bundle == null) {
      throw new IllegalStateException("not readable");
    }
    if (!(bundle.material() instanceof Bundle.KeyHint named)) {
      return refused(
          Check.notEvaluated(
                  candidate.origin(),
                  Code.BUNDLE_UNSUPPORTED,
                  "signed with a certificate; a key was asked for")
              .evidence(id));
    }
    String hint = named.hint();
    for (TrustedKey key : keys) {
      if (Bundle.hintOf(key.key()).equals(hint)) {
        return verifies(key, subject)
            ? inForce(key, at)
                .map(Evidence::refused)
                .orElseGet(() -> new Signed(Optional.of(key), Optional.empty()))
            : refused(
                refuse(
                    Code.SIGNATURE_INVALID,
                    "names the key " + key.name() + ", whose signature it does not carry"));
      }
    }
    // A hint is whatever its signer chose, so an unknown one says nothing. The work is bounded: a
    // flood of evidence under unknown hints must not cost keys x evidence verifications.
    for (TrustedKey key : keys) {
      if (budget.spend() && verifies(key, subject)) {
        return inForce(key, at)
            .map(Evidence::refused)
            .orElseGet(() -> new Signed(Optional.of(key), Optional.empty()));
      }
    }
    return refused(
        refuse(Code.WRONG_KEY, "signed by another key")
            .expected(
                String.join(", ", keys.stream().map(k -> k.name() + " " + k.key().id()).toList()),
                "a key with the hint " + Text.quote(hint)));
  }

  /** How many verifications may be tried without the evidence naming the key. */
  static final class Budget {
    private int left = 1_000;

    boolean spend() {
      return left-- > 0;
    }
  }

  private static Signed refused(Check check) {
    return new Signed(Optional.empty(), Optional.of(check));
  }

  private boolean verifies(TrustedKey key, Subject subject) {
    if (envelope != null) {
      return envelope.signedBy(key.key());
    }
    byte[] signature = messageSignature().signature().bytes();
    // The digest in the bundle is a hint; what is verified is the subject's own.
    return subject.content().isPresent()
        ? key.key().verify(subject.content().get(), signature)
        : key.key().verifyDigest(subject.digest(), signature);
  }

  // Without a trusted time for the signature, a revoked or expired key could have signed at any
  // time: refused.
  private Optional<Check> inForce(TrustedKey key, Instant at) {
    if (key.revokedAt().isPresent()) {
      return Optional.of(
          refuse(
              Code.KEY_REVOKED,
              "signed by "
                  + key.name()
                  + ", revoked at "
                  + key.revokedAt().get()
                  + "; no trusted time proves that it was signed before"));
    }
    if (key.notBefore().filter(at::isBefore).isPresent()
        || key.notAfter().filter(at::isAfter).isPresent()) {
      return Optional.of(
          refuse(Code.KEY_REVOKED, "signed by " + key.name() + ", which is not valid at " + at));
    }
    return Optional.empty();
  }
}
