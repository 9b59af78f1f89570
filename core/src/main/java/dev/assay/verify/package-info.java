/**
 * The verdict and the one path that leads to it.
 *
 * <p>Verifying returns a {@link dev.assay.verify.Verdict}: a tree of {@link
 * dev.assay.verify.Check}s. There is no default outcome: a verdict is built only from checks that
 * were made, a check that was not made is {@code NOT_EVALUATED} and never counts as a pass, and no
 * evidence is a refusal. Exceptions do not leave this package for "not trusted".
 */
@NullMarked
package dev.assay.verify;

import org.jspecify.annotations.NullMarked;
