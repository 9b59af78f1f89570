package dev.assay.verify;

import dev.assay.attest.Bundle;
import dev.assay.attest.Dsse;
import dev.assay.attest.EvidenceReader;
import dev.assay.attest.Statement;
import dev.assay.attest.StatementHead;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Json;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.crypto.Certificate;
import dev.assay.crypto.FulcioClaims;
import dev.assay.crypto.Hashes;
import dev.assay.crypto.SignatureScheme;
import dev.assay.trust.CertificateSigner;
import dev.assay.trust.Signer;
import dev.assay.trust.TrustedKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A candidate, read. Parsing says nothing about trust: of the statement of an envelope only the
 * head is read, to say of which kind the candidate is and about what; all of it after {@link
 * #signedBy} named the key that signed it.
 */
final class Evidence {

  /** Who signed, or why nobody is accepted. Exactly one of the two is there. */
  record Signed(Optional<Authenticated> by, Optional<Check> refusal) {}

  final Candidate candidate;
  final Digest id;
  private final @Nullable Check unreadable;
  private final @Nullable Bundle bundle;
  private final @Nullable Dsse envelope;
  private final @Nullable StatementHead head;
  private @Nullable Statement statement;
  private final Budget budget;
  private final Trust trust;
  private CertificateCheck.@Nullable Held byTrustRoot;
  private @Nullable Detached document;
  private String documentType = "";

  private Evidence(
      Candidate candidate,
      Budget budget,
      Trust trust,
      @Nullable Check unreadable,
      @Nullable Bundle bundle,
      @Nullable Dsse envelope,
      @Nullable StatementHead head) {
    this.candidate = candidate;
    this.budget = budget;
    this.trust = trust;
    this.id = Hashes.sha256Digest(candidate.bytes());
    this.unreadable = unreadable;
    this.bundle = bundle;
    this.envelope = envelope;
    this.head = head;
  }

  // Bytes that are not what their digest names are a finding; what could not be had is none.
  private static Check failed(String origin, Candidate.Failure failure) {
    return failure.code().exit() == Code.Exit.BYTES_DIFFER
        ? Check.fail(origin, failure.code(), failure.message())
        : Check.notEvaluated(origin, failure.code(), failure.message());
  }

  static Evidence read(Candidate candidate, Budget budget, Trust trust) {
    if (candidate.failure().isPresent()) {
      Candidate.Failure failure = candidate.failure().get();
      return new Evidence(
          candidate, budget, trust, failed(candidate.origin(), failure), null, null, null);
    }
    try {
      Bundle bundle =
          candidate.bundle().isPresent()
              ? candidate.bundle().get()
              : EvidenceReader.one(candidate.bytes(), Limits.SBOM_BYTES);
      Dsse envelope = bundle.content() instanceof Bundle.Envelope e ? e.dsse() : null;
      StatementHead head = envelope == null ? null : StatementHead.of(envelope, Limits.SBOM_BYTES);
      return new Evidence(candidate, budget, trust, null, bundle, envelope, head);
    } catch (AssayException e) {
      return new Evidence(
          candidate,
          budget,
          trust,
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
    return Optional.ofNullable(head).map(StatementHead::predicateType);
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

  /**
   * The document that it names in place of a predicate of this type. Ask only when {@link
   * #signedBy} has named a key: nothing is fetched for what nobody trusted said.
   */
  Detached document(String asked) {
    Detached found = document;
    if (found == null || !documentType.equals(asked)) {
      found = Detached.of(this, asked);
      document = found;
      documentType = asked;
    }
    return found;
  }

  /** The same for two signatures over the same bytes: of a statement, of a payload, of a file. */
  Digest signedContent(Subject subject) {
    if (envelope != null) {
      return Hashes.sha256Digest(envelope.pae());
    }
    return bundle != null && bundle.content() instanceof Bundle.SimpleSigning simple
        ? Hashes.sha256Digest(simple.payload().bytes())
        : subject.digest();
  }

  /** What it is about, if that is not the subject. */
  Optional<Check> otherSubject(Subject subject) {
    if (head != null) {
      if (head.names(subject.digest()) || head.names(otherwise(head, subject))) {
        return Optional.empty();
      }
      String found = head.subjects().getFirst().knownDigests().toString();
      return Optional.of(
          refuse(Code.SUBJECT_MISMATCH, "the statement is about another subject")
              .expected(subject.digest().toString(), found));
    }
    if (bundle != null && bundle.content() instanceof Bundle.SimpleSigning simple) {
      return simple.imageDigest().equals(subject.digest())
          ? Optional.empty()
          : Optional.of(
              refuse(Code.SUBJECT_MISMATCH, "the signed payload names another image")
                  .expected(subject.digest().toString(), simple.imageDigest().toString()));
    }
    Optional<Digest> stated = messageSignature().digest();
    // By an algorithm in which the content is not known it says nothing here; the signature itself
    // binds the content.
    Optional<Digest> known = stated.flatMap(d -> subject.digest(d.algorithm()));
    return known.isEmpty() || stated.equals(known)
        ? Optional.empty()
        : Optional.of(
            refuse(Code.SUBJECT_MISMATCH, "the signature is over other content")
                .expected(known.get().toString(), stated.orElseThrow().toString()));
  }

  /**
   * What it does not say of the subject and is asked to. Only what is signed counts, so ask only
   * when {@link #signedBy} has named a key.
   */
  Optional<Check> otherAnnotations(Subject subject, Map<String, String> wanted) {
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    List<Map<String, Json>> said = new ArrayList<>();
    if (bundle != null && bundle.content() instanceof Bundle.SimpleSigning simple) {
      said.add(simple.optional());
    } else if (head != null) {
      for (Statement.Subject named : statement().subjects()) {
        if (named.is(List.of(subject.digest()))) {
          said.add(named.annotations());
        }
      }
    }
    // All of them of one subject: what was said in two places was not said together.
    for (Map<String, Json> annotations : said) {
      if (wanted.entrySet().stream()
          .allMatch(w -> Json.of(w.getValue()).equals(annotations.get(w.getKey())))) {
        return Optional.empty();
      }
    }
    Map<String, Json> nearest = said.isEmpty() ? Map.of() : said.getFirst();
    List<String> asked = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (Map.Entry<String, String> w : wanted.entrySet()) {
      Json have = nearest.get(w.getKey());
      if (!Json.of(w.getValue()).equals(have)) {
        asked.add(Text.quote(w.getKey() + "=" + w.getValue()));
        found.add(
            have == null
                ? "no " + Text.quote(w.getKey())
                : Text.quote(
                    w.getKey() + "=" + (have instanceof Json.Str s ? s.value() : have.compact())));
      }
    }
    return Optional.of(
        refuse(Code.ANNOTATION_MISSING, "does not say of the subject what is asked for")
            .expected(String.join(", ", asked), String.join(", ", found)));
  }

  // npm names packages by SHA-512 alone. Read again only for a statement that does such a thing.
  private static List<Digest> otherwise(StatementHead head, Subject subject) {
    List<Digest> out = new ArrayList<>();
    for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
      boolean named =
          head.subjects().stream()
              .flatMap(s -> s.knownDigests().stream())
              .anyMatch(d -> d.algorithm() == algorithm);
      if (named) {
        subject.digest(algorithm).ifPresent(out::add);
      }
    }
    return out;
  }

  Check refuse(Code code, String detail) {
    return Check.fail(candidate.origin(), code, detail).evidence(id);
  }

  /** Which of the signers signed it, and may have when it was signed. */
  Signed signedBy(List<Signer> signers, Subject subject, Instant at) {
    if (bundle == null) {
      throw new IllegalStateException("not readable");
    }
    Signed signed = signedBy(bundle, signers, subject, at);
    if (signed.refusal().isPresent() || envelope == null || statement != null) {
      return signed;
    }
    try {
      statement = Statement.of(envelope, Limits.SBOM_BYTES);
      return signed;
    } catch (AssayException e) {
      return refused(refuse(e.code(), String.valueOf(e.getMessage())));
    }
  }

  private Signed signedBy(Bundle read, List<Signer> signers, Subject subject, Instant at) {
    if (read.material() instanceof Bundle.Certificates material) {
      return signedByCertificate(read, material, signers, subject, at);
    }
    if (read.material() instanceof Bundle.KeyHint named) {
      return signedByKey(read, named.hint(), signers, subject, at);
    }
    throw new IllegalStateException("material of a new kind");
  }

  private Signed signedByKey(
      Bundle read, String hint, List<Signer> signers, Subject subject, Instant at) {
    List<TrustedKey> keys = new ArrayList<>();
    for (Signer signer : signers) {
      if (signer instanceof TrustedKey key) {
        keys.add(key);
      }
    }
    if (keys.isEmpty()) {
      return refused(
          refuse(Code.WRONG_IDENTITY, "signed by a managed key; an identity is asked for")
              .expected(describe(signers), "a key with the hint " + Text.quote(hint)));
    }
    for (TrustedKey key : keys) {
      if (Bundle.hintOf(key.key()).equals(hint)) {
        Optional<SignatureScheme> scheme = SignatureMath.verify(key.key(), read, subject);
        return scheme.isPresent()
            ? new KeyCheck(this, read, subject, trust, at).judge(key, scheme.get())
            : refused(
                refuse(
                    Code.SIGNATURE_INVALID,
                    "names the key " + key.name() + ", whose signature it does not carry"));
      }
    }
    // A hint is whatever its signer chose, so an unknown one says nothing. The work is bounded: a
    // flood of evidence under unknown hints must not cost keys x evidence verifications.
    for (TrustedKey key : keys) {
      if (!budget.spend()) {
        break;
      }
      Optional<SignatureScheme> scheme = SignatureMath.verify(key.key(), read, subject);
      if (scheme.isPresent()) {
        return new KeyCheck(this, read, subject, trust, at).judge(key, scheme.get());
      }
    }
    return refused(
        refuse(Code.WRONG_KEY, "signed by another key")
            .expected(
                String.join(", ", keys.stream().map(k -> k.name() + " " + k.key().id()).toList()),
                "a key with the hint " + Text.quote(hint)));
  }

  private Signed signedByCertificate(
      Bundle read,
      Bundle.Certificates material,
      List<Signer> signers,
      Subject subject,
      Instant at) {
    Check nearest = null;
    List<Signer> matching = new ArrayList<>();
    CertificateCheck.Held held = null;
    try {
      Certificate leaf = Certificate.parse(material.leaf().bytes());
      for (Signer signer : signers) {
        if (!(signer instanceof CertificateSigner wanted)) {
          continue;
        }
        // Who it is costs nothing to tell and says most: it comes before the arithmetic.
        Optional<Check> differs = IdentityMatch.differs(this, leaf, wanted);
        if (differs.isPresent()) {
          nearest = nearest == null ? differs.get() : nearest;
          continue;
        }
        CertificateCheck.Held judged = judge(read, leaf, wanted, subject, at);
        if (judged.refusal().isPresent()) {
          nearest = judged.refusal().get();
          continue;
        }
        matching.add(signer);
        held = held == null ? judged : held;
      }
      if (held != null) {
        Optional<FulcioClaims> claims = claims(leaf, matching.getFirst());
        return new Signed(
            Optional.of(
                new Authenticated(
                    matching,
                    IdentityMatch.principal(leaf, claims),
                    Optional.of(leaf),
                    claims,
                    held.times(),
                    held.facts())),
            Optional.empty());
      }
    } catch (AssayException e) {
      return refused(refuse(e.code(), String.valueOf(e.getMessage())));
    }
    return refused(
        nearest != null
            ? nearest
            : refuse(Code.WRONG_KEY, "signed with a certificate; a managed key is asked for")
                .expected(describe(signers), "a certificate"));
  }

  private static Optional<FulcioClaims> claims(Certificate leaf, Signer signer) {
    return signer instanceof CertificateSigner c && c.own().isPresent()
        ? Optional.empty()
        : Optional.of(FulcioClaims.of(leaf));
  }

  // The trust root's word is the same for every identity, so it is asked once.
  private CertificateCheck.Held judge(
      Bundle read, Certificate leaf, CertificateSigner signer, Subject subject, Instant at) {
    if (signer.own().isPresent()) {
      return new CertificateCheck(this, read, leaf, subject, trust, at).byOwn(signer.own().get());
    }
    CertificateCheck.Held known = byTrustRoot;
    if (known == null) {
      known = new CertificateCheck(this, read, leaf, subject, trust, at).byTrustRoot();
      byTrustRoot = known;
    }
    return known;
  }

  private static String describe(List<Signer> signers) {
    return String.join(
        ", ", signers.stream().map(s -> s.name() + " (" + s.describe() + ")").toList());
  }

  /** How many verifications may be tried without the evidence naming the key. */
  static final class Budget {
    private int left = 1_000;

    boolean spend() {
      return left-- > 0;
    }
  }

  static Signed refused(Check check) {
    return new Signed(Optional.empty(), Optional.of(check));
  }
}
