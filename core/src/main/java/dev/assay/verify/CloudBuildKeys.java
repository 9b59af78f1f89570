package dev.assay.verify;

import dev.assay.crypto.PublicKey;
import java.util.Map;

/**
 * The keys with which Google Cloud Build signed provenance before it used DSSE's encoding: one a
 * region, each under the name {@code builtByGCB}. They sign the payload and not its type with it.
 *
 * <p>Anybody else's key has to sign DSSE's encoding. Without it, whatever JSON a key's holder
 * signed as a file could be passed off as an attestation by that holder; these keys sign nothing
 * but provenance, so that there is nothing to pass off. The list is closed: Google has signed by
 * DSSE since, with other keys.
 */
final class CloudBuildKeys {

  // SHA-256 of the SubjectPublicKeyInfo, and the region (slsa-framework/slsa-verifier publishes the
  // keys).
  private static final Map<String, String> REGIONS =
      Map.ofEntries(
          Map.entry(
              "f1b62d6b223de759b61f5e61c0b31c76e18ef1e9f2ce0169a6d71c4ce3f0ac27", "asia-east1"),
          Map.entry(
              "159fce4e73e749d49b28c40d91d6bcdebf50e1189181416dacded1cff2f08a5f",
              "asia-northeast1"),
          Map.entry(
              "330dad2b9b00dd3f6ee5fdc15323e20915aa464c509f573bbac9c6196717b5fe",
              "asia-southeast1"),
          Map.entry(
              "d5cfc022ea7d97fb02fe33e54d752a4b7e07fe0eeb04ab21ada8972982efe706",
              "australia-southeast1"),
          Map.entry(
              "e17b40b4b2e031977b23e9bd0357d4688cc25d3ee07d7bf8c302114254cf9387", "europe-north1"),
          Map.entry(
              "8d2ad4c199aeda7f29809f26d31844e5b40a5855ed473fc2f154148aca61b1e8", "europe-west1"),
          Map.entry(
              "542ce86b240ee02560ae4403bced98776bc73ba6c3c98ccf0a00744ff0912ff9", "europe-west2"),
          Map.entry(
              "be80fabe93edb93d2d7749117e5e21c7b32657e66e48bc2e50369fdea36eddef", "europe-west3"),
          Map.entry(
              "98ae823d7a804be26e0cecbe0faa6c6e150768a21c7d70f290866d87825d9c3e", "europe-west4"),
          Map.entry("052ec7f94ccea66b0a594231a8520edd19a93064ce2afcb398311218cd4b657b", "global"),
          Map.entry(
              "bb3cca9a3552ace283d70074eb72eeb619b0211a12dbaf4e0b3709dd236aa74a",
              "southamerica-west1"),
          Map.entry(
              "143dc13ac1e0670bb2672d05c9d02903548083e881b4055bd1e209060b9da00c", "us-central1"),
          Map.entry(
              "75e9b5b7af7895960cc3d874476d27e5704500f2b56f64bd14d79b631df0b463", "us-central2"),
          Map.entry("a8696f140c4d5deafaa8e5e6d4255793d6e1e084cf091bd4203ad69e5b1577e6", "us-east1"),
          Map.entry("834774aea252f1f0d4ad4056987acfb196fe55da0348f6af40665a4477135d78", "us-east4"),
          Map.entry("95b417fe88bc64bf6497881b5d05d887ae0eb3c2de6242977369324487750a0e", "us-west1"),
          Map.entry("aceb8d450900d79a89b54b689fc749f10954be3a1fa8660b12d698a86f4a9e4a", "us-west2"),
          Map.entry("f4a2abc777dbdf1ca60979761011c06569b6b19c1ce076b35954dd6293cb24a2", "us-west3"),
          Map.entry(
              "c75120fe847ab84901c703dadaa7762b18883a617036248b5b28a90ca01f555b", "us-west4"));

  private CloudBuildKeys() {}

  /**
   * Whether this is such a key, and the signature says that it is this one's.
   *
   * @param keyId as the signature names its key
   */
  static boolean signsPayload(PublicKey key, String keyId) {
    String region = REGIONS.get(key.id().hex());
    return region != null
        && keyId.equals(
            "projects/verified-builder/locations/"
                + region
                + "/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1");
  }
}
