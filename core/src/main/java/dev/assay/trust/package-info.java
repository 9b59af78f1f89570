/**
 * What is trusted, and for which time.
 *
 * <p>A managed key is trusted from one instant to another and until it is revoked. A signature that
 * nobody dates can only be judged at the time of asking; a signature with a proven time is judged
 * at that time.
 */
@NullMarked
package dev.assay.trust;

import org.jspecify.annotations.NullMarked;
