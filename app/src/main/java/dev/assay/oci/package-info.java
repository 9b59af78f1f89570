/**
 * Images and what is attached to them, in registries and in image layouts.
 *
 * <p>Everything has a digest and is named by it; a tag is a name that a registry may move. A
 * manifest lists a config and layers; an index lists manifests; a manifest with a {@code subject}
 * is a <em>referrer</em>: how signatures and attestations hang on an image without changing it.
 *
 * <pre>{@code
 * {"schemaVersion":2,
 *  "mediaType":"application/vnd.oci.image.manifest.v1+json",
 *  "artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json",
 *  "config":{"mediaType":"application/vnd.oci.empty.v1+json",
 *            "digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},
 *  "layers":[{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","digest":"sha256:...","size":2145}],
 *  "subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:...","size":528}}
 * }</pre>
 *
 * <p>{@code GET /v2/<name>/referrers/<digest>} lists them; a registry without that answers 404, and
 * then the tag {@code sha256-<hex>} holds an index of them.
 *
 * <p>Sources: OCI image-spec 1.1, distribution-spec 1.1, Docker's token authentication. {@link
 * dev.assay.oci.ImageStore} is what both kinds of store can do: its implementations hash all they
 * read. No registry is trusted: it can withhold, and it can say that a tag points elsewhere, but it
 * cannot make other bytes pass for a digest. That it failed to answer is an error of its own and
 * never "there is nothing".
 */
@NullMarked
package dev.assay.oci;

import org.jspecify.annotations.NullMarked;
