package dev.assay.attest;

import static dev.assay.attest.Adversary.bytes;
import static dev.assay.attest.Adversary.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PredicateTypesTest {

  // As cosign 3.1.2 writes them for --type.
  @ParameterizedTest
  @CsvSource({
    "slsaprovenance, https://slsa.dev/provenance/v0.2",
    "slsaprovenance02, https://slsa.dev/provenance/v0.2",
    "slsaprovenance1, https://slsa.dev/provenance/v1",
    "link, https://in-toto.io/Link/v1",
    "spdx, https://spdx.dev/Document",
    "spdxjson, https://spdx.dev/Document",
    "cyclonedx, https://cyclonedx.org/bom",
    "vuln, https://cosign.sigstore.dev/attestation/vuln/v1",
    "openvex, https://openvex.dev/ns",
    "custom, https://cosign.sigstore.dev/attestation/v1",
    "https://example.com/x, https://example.com/x",
  })
  void aShortNameStandsForItsType(String name, String type) {
    assertEquals(type, PredicateTypes.resolve(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "slsa", "SPDX", "example.com/x", "/x", "http://a b", ":", "x y"})
  void whatIsNeitherANameNorAnAbsoluteUriIsRefused(String text) {
    refused(Code.USAGE, () -> PredicateTypes.resolve(text));
  }

  private static Json json(String text) {
    return Json.parse(bytes(text), 10_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://cyclonedx.org/bom | {'bomFormat':'CycloneDX','specVersion':'1.6'}",
        "https://cyclonedx.org/bom/v1.4 | {'bomFormat':'CycloneDX','specVersion':'1.4'}",
        "https://spdx.dev/Document | {'spdxVersion':'SPDX-2.3'}",
        "https://spdx.dev/Document/v3 | {'@context':'x','@graph':[]}",
        "https://openvex.dev/ns | {'@context':'https://openvex.dev/ns/v0.2.0','statements':[]}",
        "https://in-toto.io/Link/v1 | {'name':'build'}",
        "https://cosign.sigstore.dev/attestation/vuln/v1 | {'scanner':{},'metadata':{}}",
        "https://cosign.sigstore.dev/attestation/v1 | {'Data':'','Timestamp':''}",
        "https://sigstore.dev/cosign/sign/v1 | {}",
        "https://slsa.dev/verification_summary/v1 |"
            + " {'verifier':{'id':'v'},'resourceUri':'u','policy':{},'verificationResult':'PASSED'}",
        "https://example.com/x | {}",
      })
  void theShapeOfAKnownTypeIsDemanded(String type, String predicate) {
    Json good = json(predicate.replace('\'', '"'));
    PredicateTypes.validateShape(type, good);
    refused(Code.BAD_PREDICATE, () -> PredicateTypes.validateShape(type, json("[]")));
    for (String member : ((Json.Obj) good).members().keySet()) {
      Json bad = json(predicate.replace("'" + member + "'", "'other'").replace('\'', '"'));
      refused(Code.BAD_PREDICATE, () -> PredicateTypes.validateShape(type, bad));
    }
  }

  @Test
  void anSbomOfAnotherFormatIsNotOneOfThisType() {
    Json spdx = json("{\"spdxVersion\":\"SPDX-2.3\"}");
    refused(Code.BAD_PREDICATE, () -> PredicateTypes.validateShape(PredicateTypes.CYCLONEDX, spdx));
    refused(
        Code.BAD_PREDICATE,
        () -> PredicateTypes.validateShape(PredicateTypes.SLSA_PROVENANCE_V1, spdx));
  }

  @Test
  void familiesAreRecognisedAndLookalikesAreNot() {
    assertTrue(PredicateTypes.isCycloneDx("https://cyclonedx.org/bom/v1.6"));
    assertTrue(!PredicateTypes.isCycloneDx("https://cyclonedx.org/bombastic"));
    assertTrue(PredicateTypes.isSpdx("https://spdx.dev/Document/v2.3"));
    assertTrue(!PredicateTypes.isSpdx("https://spdx.dev/Documents"));
  }

  @Test
  void anyTextCanBeWrapped() {
    Json.Obj wrapped = PredicateTypes.custom("a\nb", "2026-11-22T00:00:00Z");
    PredicateTypes.validateShape(PredicateTypes.COSIGN_CUSTOM_V1, wrapped);
    assertEquals(Optional.of("a\nb"), PredicateTypes.customData(wrapped));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://openvex.dev/ns | {'@context':'https://openvex.dev/ns','statements':[{}]}",
        "https://openvex.dev/ns |"
            + " {'@context':'https://openvex.dev/ns','statements':[{'vulnerability':'CVE-1'}]}",
        "https://openvex.dev/ns | {'@context':'https://openvex.dev/ns',"
            + "'statements':[{'vulnerability':'CVE-1','status':'harmless'}]}",
        "https://cosign.sigstore.dev/attestation/vuln/v1 |"
            + " {'scanner':{'uri':1},'metadata':{}}",
        "https://cosign.sigstore.dev/attestation/vuln/v1 |"
            + " {'scanner':{},'metadata':{'scanStartedOn':'yesterday'}}",
        "https://in-toto.io/Link/v1 | {'name':'build','command':'make'}",
        "https://in-toto.io/Link/v1 | {'name':'build','environment':[]}",
      })
  void whatIsThereHasTheRightForm(String type, String predicate) {
    refused(
        Code.BAD_PREDICATE,
        () -> PredicateTypes.validateShape(type, json(predicate.replace('\'', '"'))));
  }

  @Test
  void anExploitabilityStatementSaysHowItStands() {
    PredicateTypes.validateShape(
        PredicateTypes.OPENVEX,
        json(
            "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"statements\":[{\"vulnerability\":"
                + "{\"name\":\"CVE-1\"},\"status\":\"not_affected\"}]}"));
  }

  @Test
  void spdxInTagsAndValuesIsRecognised() {
    assertTrue(PredicateTypes.isSpdxText("# made by x\n\nSPDXVersion: SPDX-2.3\nSPDXID: y\n"));
    for (String text : new String[] {"", "SPDXVersion: 2.3", "{\"a\":1}", "Name: SPDXVersion:"}) {
      assertTrue(!PredicateTypes.isSpdxText(text), text);
    }
  }
}
