/**
 * Admission: what may start in a cluster, decided by evidence, recorded before it is answered.
 *
 * <p>The Kubernetes API server posts an {@code AdmissionReview} (group {@code admission.k8s.io},
 * version {@code v1}) and waits for the same kind back:
 *
 * <pre>{@code
 * POST /validate
 * {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{
 *   "uid":"705ab4f5-6393-11e8-b7cc-42010a800002",
 *   "kind":{"group":"","version":"v1","kind":"Pod"},
 *   "resource":{"group":"","version":"v1","resource":"pods"},
 *   "namespace":"shop","operation":"CREATE","userInfo":{"username":"ci"},
 *   "object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"pay"},
 *     "spec":{"containers":[{"name":"app","image":"registry.example/pay:1.8"}]}}}}
 *
 * {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{
 *   "uid":"705ab4f5-6393-11e8-b7cc-42010a800002","allowed":false,
 *   "status":{"code":403,"reason":"Forbidden","message":"1 of 1 image refused ..."},
 *   "auditAnnotations":{"policy":"sha256:41ab...","record":"812"}}}
 * }</pre>
 *
 * <p>Rules, each with a test that an attacker's request fails:
 *
 * <ul>
 *   <li>An image runs if any of {@code containers}, {@code initContainers}, {@code
 *       ephemeralContainers} or {@code volumes[].image} names it. All are judged.
 *   <li>Allowed means that every image was judged and verified. No image at all, an object whose
 *       images cannot be told, an exception, a time that ran out: denied.
 *   <li>The name is normalised before anything is compared: {@code nginx}, {@code
 *       docker.io/library/nginx:latest} and {@code index.docker.io/library/nginx} are one.
 *   <li>A digest in the name is what is judged, and the judgement must be about that digest.
 *   <li>The decision is in the ledger before it is answered. In mode {@code enforce} a decision
 *       that cannot be recorded is a denial; in mode {@code audit} nothing is ever denied.
 * </ul>
 */
@NullMarked
package dev.assay.gate;

import org.jspecify.annotations.NullMarked;
