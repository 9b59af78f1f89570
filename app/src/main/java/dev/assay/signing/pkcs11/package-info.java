/**
 * Keys in tokens that speak PKCS#11 (OASIS PKCS #11 versions 2.20 to 3.1): smart cards, HSMs,
 * SoftHSM, YubiKeys by ykcs11.
 *
 * <p>A key is named by a URI (RFC 7512):
 *
 * <pre>{@code
 * pkcs11:token=Release;object=signing;id=%01?module-path=/usr/lib/softhsm/libsofthsm2.so
 * }</pre>
 *
 * <p>A module is somebody's native library: it may crash, hang, or print where it likes. So it is
 * loaded into a process of its own ({@link dev.assay.signing.pkcs11.Host}), which is asked over
 * pipes, each question under a limit of time. A module that crashes or hangs ends that process and
 * is an error here, never the end of this one. What a module says is checked: a signature that does
 * not verify with the key it was asked of does not leave this package.
 *
 * <p>A PIN travels through the pipe only. It is in no argument and no environment of the other
 * process, in no message and no log.
 *
 * <p>The layout of structures is that of 64-bit Linux and macOS: natural alignment, {@code
 * CK_ULONG} of 8 bytes. On Windows the package says that it does not work there.
 */
@NullMarked
package dev.assay.signing.pkcs11;

import org.jspecify.annotations.NullMarked;
