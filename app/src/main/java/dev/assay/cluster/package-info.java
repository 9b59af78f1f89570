/**
 * The record of what a cluster runs.
 *
 * <p>A snapshot says which containers ran in a cluster at a time, completely or not. A complete one
 * proves absence: what it does not list did not run then. Its content is canonical JSON (RFC 8785),
 * kept as a blob beside the ledger:
 *
 * <pre>{@code
 * {"cluster":"prod-eu","complete":true,"containers":[
 *   {"container":"app","digest":"sha256:9c1f...","image":"registry.example/pay:1.8",
 *    "namespace":"shop","pod":"pay-7d9f8b6c5-x2x9k","startedAt":"2026-11-22T11:58:03Z",
 *    "type":"container","workload":"pay","workloadKind":"Deployment"}],
 *  "takenAt":"2026-11-22T12:00:00Z"}
 * }</pre>
 *
 * <p>The record in the ledger names the blob, counts the containers, numbers the snapshots of its
 * cluster from 0 without a gap, and names the record before it, so that leaving one out shows.
 *
 * <p>Where it cannot be told whether something runs, the snapshot is not complete; where it cannot
 * be told which manifest runs, the container has no digest. A runtime's {@code imageID} without a
 * repository is the digest of an image's configuration, not of its manifest, and is not recorded as
 * one.
 */
@NullMarked
package dev.assay.cluster;

import org.jspecify.annotations.NullMarked;
