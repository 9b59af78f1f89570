/**
 * What attackers did to others, done to us. Each test shows first that the honest evidence is
 * accepted, then that the attacker's is refused, and for which reason: it fails if the check is
 * taken away. Advisories are named in comments.
 */
package dev.assay.adversary;
