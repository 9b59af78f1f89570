/**
 * Signed statements: what a signature says, in the formats of DSSE, in-toto, SLSA and Sigstore.
 *
 * <p>From the outside in. A <b>bundle</b> ({@link dev.assay.attest.Bundle}) carries one signature
 * and what is needed to verify it:
 *
 * <pre>{@code
 * {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
 *  "verificationMaterial":{"publicKey":{"hint":"028HPwXIlP1CGfDG1jTGSed1xJ2PFtG595f7lW/0XYY="}},
 *  "dsseEnvelope":{
 *    "payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLC...",
 *    "payloadType":"application/vnd.in-toto+json",
 *    "signatures":[{"sig":"MEUCIQDeHL2suJbP0tyZOpXqs7tg7ghPsW5HxjmVrnIQoqqP..."}]}}
 * }</pre>
 *
 * <p>The <b>envelope</b> ({@link dev.assay.attest.Dsse}) signs its payload's bytes and type
 * together, as {@code DSSEv1 28 application/vnd.in-toto+json 163 {"_type":...}}. Nothing else in
 * it, and nothing around it, is signed. The payload is a <b>statement</b> ({@link
 * dev.assay.attest.Statement}):
 *
 * <pre>{@code
 * {"_type":"https://in-toto.io/Statement/v1",
 *  "subject":[{"digest":{"sha256":"667bf2001f9f79609c9f1fb64ed1db1fff6431f61465f32164ca6839e720b293"}}],
 *  "predicateType":"https://sigstore.dev/cosign/sign/v1",
 *  "predicate":{}}
 * }</pre>
 *
 * <p>and its <b>predicate</b> says of the subjects what its type means ({@link
 * dev.assay.attest.PredicateTypes}, {@link dev.assay.attest.SlsaProvenance}). That a subject is
 * signed is a predicate of its own; a statement of another type about an image is not a signature
 * of the image.
 *
 * <p>Older forms are read into the same model ({@link dev.assay.attest.EvidenceReader} from files,
 * {@link dev.assay.attest.OciSignature} from registries): what differs is where the parts stand,
 * not what they must show.
 *
 * <p>Rules that hold throughout:
 *
 * <ul>
 *   <li>What was signed is kept as bytes, and read once; nothing is verified in one form and used
 *       in another.
 *   <li>Bundles are closed: an unknown member is refused, as proto3 JSON demands. Envelopes in
 *       files and statements are open: an unknown member is ignored, as DSSE and in-toto demand.
 *   <li>A bundle holds exactly one signature and exactly one of a key's hint, a certificate and a
 *       chain; versions 0.1 to 0.3 are read, 0.3 is written.
 *   <li>Values are counted in the bytes before a tree is built of them.
 *   <li>A key's hint is {@code base64(SHA-256(SubjectPublicKeyInfo))}. It says where to look, and
 *       proves nothing.
 *   <li>Reading is not believing: this package checks shapes, and {@link
 *       dev.assay.attest.Dsse#signedBy} for a key that is given to it.
 * </ul>
 */
@NullMarked
package dev.assay.attest;

import org.jspecify.annotations.NullMarked;
