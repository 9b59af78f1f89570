/**
 * A whole Sigstore in memory, for tests and benchmarks: certificate authority, certificate
 * transparency log, both generations of Rekor, timestamp authority, witnesses and the bundles they
 * make. It shares encodings with the product but nothing that verifies, and everything in it can be
 * made wrong one part at a time. Start at {@link dev.assay.lab.Lab}.
 */
package dev.assay.lab;
