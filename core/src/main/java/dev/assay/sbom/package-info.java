/**
 * What is inside an image and what is known to be wrong with it: package URLs, streaming readers of
 * bills of materials, version orders, advisories, and the matching of the two.
 *
 * <p>A component, as CycloneDX 1.6 writes it, and the advisory (OSV schema 1.6) that speaks of it:
 *
 * <pre>{@code
 * {"type":"library","group":"org.apache.logging.log4j","name":"log4j-core","version":"2.14.1",
 *  "purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}
 *
 * {"id":"GHSA-jfh8-c2jp-5v3q","aliases":["CVE-2021-44228"],"modified":"2024-05-15T06:29:00Z",
 *  "affected":[{"package":{"ecosystem":"Maven","name":"org.apache.logging.log4j:log4j-core"},
 *    "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2.13.0"},{"fixed":"2.15.0"}]}]}]}
 * }</pre>
 *
 * <p>A match has three outcomes. {@code NOT_AFFECTED} is said only where the package is another one
 * or the version is ordered outside every range; a version that cannot be ordered, a missing
 * version and an ecosystem without an order here are {@code UNDETERMINED}, never "not affected".
 */
@NullMarked
package dev.assay.sbom;

import org.jspecify.annotations.NullMarked;
