/**
 * Who is trusted for what: the {@code TrustPolicy} document, read strictly.
 *
 * <pre>{@code
 * apiVersion: assay.dev/v1
 * kind: TrustPolicy
 * metadata:
 *   name: production
 * spec:
 *   mode: enforce
 *   signers:
 *     - name: release
 *       keyFile: release.pub
 *     - name: ci
 *       keyFile: ci.pub
 *       notBefore: 2026-01-01T00:00:00Z
 *   builders:
 *     - id: https://ci.acme.example/builders/release@v1
 *       signers: [ci]
 *   rules:
 *     - images: ["registry.acme.example/pay/**"]
 *       signature:
 *         signers: [release]
 *       provenance:
 *         builders: [https://ci.acme.example/builders/release@v1]
 *         source:
 *           repository: git+https://git.acme.example/pay
 *           refs: [refs/heads/main, refs/tags/v*]
 *       sbom:
 *         signers: [release]
 * }</pre>
 *
 * <p>An image that no rule covers is refused. Where several rules cover an image, all of them
 * apply. A key that is not known here stops the reading: a field that is accepted is enforced. All
 * problems are reported at once.
 */
@NullMarked
package dev.assay.policy;

import org.jspecify.annotations.NullMarked;
