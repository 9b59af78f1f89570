/**
 * Signing with an identity instead of a key that somebody keeps, and what makes a signature last:
 * entries in transparency logs and timestamps, for keys too.
 *
 * <p>What is asked, in this order, each by plain HTTP with JSON or DER:
 *
 * <ol>
 *   <li>an identity provider for a token (OpenID Connect): {@link IdentityToken}
 *   <li>a certificate authority for a certificate over a key that was just made (Fulcio, {@code
 *       POST /api/v2/signingCert}): {@link Fulcio}
 *   <li>timestamp authorities for the time of the signature (RFC 3161): {@link TimestampClient}
 *   <li>transparency logs for an entry (Rekor, {@code POST /api/v1/log/entries} or {@code
 *       /api/v2/log/entries}): {@link Rekor}
 * </ol>
 *
 * <p>None of them is believed. What comes back is compared with what was asked ({@link
 * IssuedCertificate}, {@link EntryCheck}, {@link TimestampClient}), and where there is a trust root
 * the verifier that everybody else uses judges the finished bundle before anybody gets it ({@link
 * SelfCheck}). A token is a secret: it is sent to the certificate authority and nowhere else, and
 * is in no message.
 */
@NullMarked
package dev.assay.signing.keyless;

import org.jspecify.annotations.NullMarked;
