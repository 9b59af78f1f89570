package dev.assay.verify;

import dev.assay.attest.PredicateTypes;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.trust.Signer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Verifies files by the evidence that comes with them: the entry point for a program that embeds
 * Assay. {@link Verifier} is what lies beneath, for images, policies and several requirements.
 *
 * <pre>{@code
 * FileVerifier verifier =
 *     FileVerifier.of(
 *         Trust.of(TrustRootReader.readAll(trustedRoot)),
 *         CertificateSigner.exactly(
 *             "https://accounts.google.com", "release@acme.example"));
 * Verdict verdict = verifier.verify(Subject.of("pay.tar.gz", content), bundle, Instant.now());
 * }</pre>
 *
 * <p>Keep it, or its {@link Trust}, where many files are verified: it remembers what was found good
 * about authorities and logs. Immutable but for that, and safe for use by several threads. Reads no
 * file, no clock and no network.
 */
public final class FileVerifier {

  private final Trust trust;
  private final List<Signer> signers;
  private final Requirement requirement;

  private FileVerifier(Trust trust, List<Signer> signers, Requirement requirement) {
    this.trust = trust;
    this.signers = signers;
    this.requirement = requirement;
  }

  /**
   * Asks for a signature by one of the signers. An attestation is not a signature, whoever made it.
   *
   * @param trust whom to believe besides them; {@link Trust#NONE} suffices for managed keys
   * @param signers {@link dev.assay.trust.TrustedKey}s and {@link
   *     dev.assay.trust.CertificateSigner}s
   * @throws IllegalArgumentException if there are no signers
   */
  public static FileVerifier of(Trust trust, Signer... signers) {
    List<Signer> list = List.of(signers);
    return new FileVerifier(trust, list, new Requirement.Signature(list, 1));
  }

  /**
   * The same, asking for signatures by so many distinct signers.
   *
   * @throws IllegalArgumentException if there are fewer signers, or fewer than one is asked for
   */
  public FileVerifier threshold(int count) {
    if (count > signers.size()) {
      throw new IllegalArgumentException(count + " of " + signers.size() + " signers");
    }
    return new FileVerifier(trust, signers, new Requirement.Signature(signers, count));
  }

  /**
   * The same, asking for an attestation instead of a signature.
   *
   * @param predicateType a URI, or a short name such as {@code slsaprovenance1}
   * @throws AssayException with {@link Code#USAGE} for a short name that is not known
   */
  public FileVerifier attestation(String predicateType) {
    return new FileVerifier(
        trust,
        signers,
        new Requirement.Attestation("attestation", PredicateTypes.resolve(predicateType), signers));
  }

  /**
   * Judges a file.
   *
   * @param subject the file: its content, or its SHA-256 alone where its content is not at hand
   * @param evidence what came with it, in any of the forms that {@link
   *     dev.assay.attest.EvidenceReader} reads; what cannot be read is a refusal, no exception
   * @param at the time for which the verdict shall hold, mostly now
   */
  public Verdict verify(Subject subject, byte[] evidence, Instant at) {
    return verify(subject, Candidate.read("evidence", evidence), at);
  }

  /** As {@link #verify(Subject, byte[], Instant)}, with evidence from several places. */
  public Verdict verify(Subject subject, List<Candidate> evidence, Instant at) {
    Verifier.Outcome outcome =
        Verifier.verify(subject, evidence, List.of(requirement), trust, History.NONE, at);
    return new Verdict(
        subject.name(), Optional.of(subject.digest()), outcome.checks(), at.toString());
  }
}
