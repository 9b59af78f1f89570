package dev.assay.trust;

/** Somebody whose signature counts, under the name that policies and verdicts use. */
public sealed interface Signer permits TrustedKey, CertificateSigner {

  /** What the signer is called in policies and verdicts. */
  String name();

  /** Who it is, for a person: {@code ecdsa-p256 sha256:9f86d081884c}, or the identity asked for. */
  String describe();
}
