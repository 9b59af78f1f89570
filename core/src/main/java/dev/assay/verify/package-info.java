/**
 * The verdict and the one path that leads to it.
 *
 * <p>A program that embeds Assay begins here: with {@link dev.assay.verify.FileVerifier} for files,
 * with {@link dev.assay.verify.Verifier} for everything else; {@link
 * dev.assay.trust.TrustRootReader}, {@link dev.assay.trust.PublicGood}, {@link
 * dev.assay.trust.CertificateSigner}, {@link dev.assay.trust.TrustedKey} and {@link
 * dev.assay.policy.PolicyReader} say whom to believe. These and the types that they mention are the
 * library's interface, listed in {@code core/api.txt}; what else is public is so for Assay's own
 * modules and changes without notice.
 *
 * <p>Verifying returns a {@link dev.assay.verify.Verdict}: a tree of {@link
 * dev.assay.verify.Check}s. There is no default outcome: a verdict is built only from checks that
 * were made, a check that was not made is {@code NOT_EVALUATED} and never counts as a pass, and no
 * evidence is a refusal. Exceptions do not leave this package for "not trusted".
 */
@NullMarked
package dev.assay.verify;

import org.jspecify.annotations.NullMarked;
