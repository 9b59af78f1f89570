package dev.assay.trust.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Json;
import dev.assay.bytes.Text;
import dev.assay.trust.Freshness;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The workflow, and what somebody between the repository and us can try. */
class TufClientTest {

  private final Repository repository = new Repository();

  private TufClient client() {
    return new TufClient(repository.pinned(), TufMarks.NONE);
  }

  private TufState update(TufState stored) {
    TufRepository verified = client().update(stored, repository);
    verified.download(verified.find("trusted_root.json", repository).orElseThrow(), repository);
    return verified.state();
  }

  private TufState first() {
    return update(TufState.EMPTY);
  }

  private void refused(Code code, TufState stored) {
    AssayException e = assertThrows(AssayException.class, () -> update(stored));
    assertEquals(code, e.code(), e.getMessage());
  }

  @Test
  void whatIsHonestIsAccepted() {
    TufState state = first();
    repository.publishNext();
    repository.nextRoot(repository.keys("root"));
    TufState next = update(state);
    TufRepository open = client().open(next);
    assertEquals(2, open.rootVersion());
    assertEquals(new TufMarks(2, 2, Map.of("targets.json", 2L)), open.marks());
    assertEquals("timestamp.json", next.files().keySet().stream().toList().getLast());
    TufFetcher kept = TufFetcher.of(next.files());
    assertArrayEquals(
        Text.utf8("the trust root"),
        open.download(open.find("trusted_root.json", kept).orElseThrow(), kept));
  }

  // Roots.

  @Test
  void aRootThatTheOneBeforeDidNotSignIsRefused() {
    List<Repository.Key> others = List.of(Repository.Key.make("r1"), Repository.Key.make("r2"));
    repository.roles.put("root", new Repository.Role(others, 2));
    repository.nextRoot(others);
    refused(Code.METADATA_NOT_SIGNED, TufState.EMPTY);
  }

  @Test
  void aRootThatItsOwnKeysDidNotSignIsRefused() {
    List<Repository.Key> old = repository.keys("root");
    repository.roles.put("root", new Repository.Role(List.of(Repository.Key.make("new")), 1));
    repository.nextRoot(old);
    refused(Code.METADATA_NOT_SIGNED, TufState.EMPTY);
  }

  @Test
  void fewerSignaturesThanTheThresholdAreRefused() {
    repository.nextRoot(repository.keys("root").subList(0, 1));
    refused(Code.METADATA_NOT_SIGNED, TufState.EMPTY);
  }

  @Test
  void aRootVersionThatIsLeftOutIsRefused() {
    repository.root = 2;
    repository.nextRoot(repository.keys("root"));
    repository.files.put("2.root.json", repository.files.remove("3.root.json"));
    refused(Code.METADATA_ROLLBACK, TufState.EMPTY);
  }

  @Test
  void aRootWithoutAThresholdIsRefused() {
    List<Repository.Key> old = repository.keys("root");
    repository.roles.put("timestamp", new Repository.Role(List.of(), 0));
    repository.nextRoot(old);
    refused(Code.BAD_METADATA, TufState.EMPTY);
  }

  @Test
  void oneKeyUnderTwoIdsCountsOnce() {
    Repository.Key key = repository.keys("root").getFirst();
    Repository.Key again = new Repository.Key("again", key.key());
    Repository.Role two = new Repository.Role(List.of(key, again), 2);
    repository.roles.put("targets", two);
    repository.nextRoot(repository.keys("root"));
    repository.publishNext();
    refused(Code.METADATA_NOT_SIGNED, TufState.EMPTY);
  }

  @Test
  void oneSignatureTwiceCountsOnce() {
    Repository.Key key = repository.keys("targets").getFirst();
    Json.Builder body = repository.targetsBody();
    repository.bound = false;
    repository.publish();
    repository.files.put("1.targets.json", Repository.sign(body, List.of(key, key)));
    refused(Code.BAD_METADATA, TufState.EMPTY);
  }

  @Test
  void aKeyIdTwiceInARoleIsRefused() {
    Repository.Key key = repository.keys("timestamp").getFirst();
    repository.roles.put("timestamp", new Repository.Role(List.of(key, key), 1));
    repository.nextRoot(repository.keys("root"));
    refused(Code.BAD_METADATA, TufState.EMPTY);
  }

  @Test
  void rootsWithoutEndAreRefused() {
    for (int i = 0; i < 300; i++) {
      repository.nextRoot(repository.keys("root").subList(0, 2));
    }
    refused(Code.TOO_MANY, TufState.EMPTY);
  }

  @Test
  void thePinnedRootIsChecked() {
    byte[] pinned = repository.pinned();
    byte[] other = Text.utf8(Text.utf8(pinned).replace("2030-01-01", "2040-01-01"));
    AssayException e =
        assertThrows(AssayException.class, () -> new TufClient(other, TufMarks.NONE));
    assertEquals(Code.METADATA_NOT_SIGNED, e.code());
  }

  // Rollback.

  @Test
  void anOlderTimestampIsRefused() {
    repository.publishNext();
    TufState state = first();
    repository.timestamp = 1;
    repository.publish();
    refused(Code.METADATA_ROLLBACK, state);
  }

  @Test
  void anOlderSnapshotUnderANewTimestampIsRefused() {
    repository.publishNext();
    TufState state = first();
    repository.timestamp = 3;
    repository.snapshot = 1;
    repository.publish();
    refused(Code.METADATA_ROLLBACK, state);
  }

  @Test
  void olderTargetsUnderANewSnapshotAreRefused() {
    repository.publishNext();
    TufState state = first();
    repository.timestamp = 3;
    repository.snapshot = 3;
    repository.targetsVersion = 1;
    repository.publish();
    refused(Code.METADATA_ROLLBACK, state);
  }

  @Test
  void aDelegatedRoleThatIsOlderOrGoneIsRefused() {
    repository.extraListed.put("team.json", 5L);
    repository.publishNext();
    TufState state = first();
    repository.extraListed.put("team.json", 4L);
    repository.publishNext();
    refused(Code.METADATA_ROLLBACK, state);
    repository.extraListed.clear();
    repository.publishNext();
    refused(Code.METADATA_ROLLBACK, state);
  }

  @Test
  void whatTheProductSawIsAFloorAtFirstContact() {
    TufMarks seen = new TufMarks(2, 2, Map.of("targets.json", 2L));
    TufClient client = new TufClient(repository.pinned(), seen);
    AssayException e =
        assertThrows(AssayException.class, () -> client.update(TufState.EMPTY, repository));
    assertEquals(Code.METADATA_ROLLBACK, e.code());
    repository.publishNext();
    assertEquals(2, client.update(TufState.EMPTY, repository).marks().timestamp());
  }

  @Test
  void newTimestampKeysRecoverFromFastForward() {
    repository.timestamp = Long.MAX_VALUE;
    repository.snapshot = Long.MAX_VALUE;
    repository.publish();
    TufState poisoned = first();
    repository.timestamp = 2;
    repository.snapshot = 2;
    repository.publish();
    refused(Code.METADATA_ROLLBACK, poisoned);
    repository.roles.put("timestamp", new Repository.Role(List.of(Repository.Key.make("ts2")), 1));
    repository.nextRoot(repository.keys("root"));
    repository.publish();
    assertEquals(2, client().open(update(poisoned)).marks().timestamp());
  }

  @Test
  void aVersionOfZeroIsRefused() {
    repository.timestamp = 0;
    repository.publish();
    refused(Code.BAD_METADATA, TufState.EMPTY);
  }

  // Mixing, holding back, shortening, swelling.

  @Test
  void filesOfTwoMomentsDoNotMix() {
    byte[] old = repository.file("1.snapshot.json");
    repository.publishNext();
    repository.files.put("2.snapshot.json", old);
    AssayException e = assertThrows(AssayException.class, () -> update(TufState.EMPTY));
    assertTrue(e.code() == Code.DIGEST_MISMATCH || e.code() == Code.SIZE_MISMATCH, e.getMessage());
    repository.bound = false;
    repository.publish();
    repository.files.put("2.snapshot.json", old);
    refused(Code.BAD_METADATA, TufState.EMPTY);
  }

  @Test
  void targetsOfAnotherVersionThanListedAreRefused() {
    repository.bound = false;
    byte[] old = repository.file("1.targets.json");
    repository.publishNext();
    repository.files.put("2.targets.json", old);
    refused(Code.BAD_METADATA, TufState.EMPTY);
  }

  @Test
  void snapshotAndTargetsThatOthersSignedAreRefused() {
    repository.bound = false;
    repository.publish();
    byte[] good = repository.file("1.snapshot.json");
    Repository.Key key = Repository.Key.make("sn");
    Json.Builder meta = Json.object().put("targets.json", Json.object().put("version", 1));
    repository.files.put(
        "1.snapshot.json",
        Repository.sign(repository.body("snapshot", 1).put("meta", meta), List.of(key)));
    refused(Code.METADATA_NOT_SIGNED, TufState.EMPTY);
    repository.files.put("1.snapshot.json", good);
    repository.files.put(
        "1.targets.json",
        Repository.sign(repository.targetsBody(), repository.keys("targets").subList(0, 1)));
    refused(Code.METADATA_NOT_SIGNED, TufState.EMPTY);
  }

  @Test
  void oneRolesFileIsNotAnothers() {
    repository.bound = false;
    repository.publish();
    repository.files.put("timestamp.json", repository.file("1.snapshot.json"));
    refused(Code.BAD_METADATA, TufState.EMPTY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"timestamp.json", "1.snapshot.json", "1.targets.json"})
  void aFileThatIsMissingOrCutShortIsRefused(String name) {
    byte[] whole = repository.file(name);
    for (int length : new int[] {0, 1, whole.length / 2, whole.length - 3}) {
      repository.files.put(name, Arrays.copyOf(whole, length));
      assertThrows(AssayException.class, () -> update(TufState.EMPTY));
    }
    repository.files.remove(name);
    refused(Code.NOT_FOUND, TufState.EMPTY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"})
  void dataWithoutEndIsRefused(String name) {
    TufFetcher endless =
        (n, max) -> n.equals(name) ? Optional.of(new byte[max + 1]) : repository.fetch(n, max);
    AssayException e =
        assertThrows(AssayException.class, () -> client().update(TufState.EMPTY, endless));
    assertEquals(Code.TOO_LARGE, e.code(), e.getMessage());
  }

  @Test
  void aTargetThatIsNotWhatIsNamedIsRefused() {
    String name =
        repository.files.keySet().stream().filter(n -> n.startsWith("targets/")).findFirst().get();
    byte[] content = repository.file(name).clone();
    content[0] ^= 1;
    repository.files.put(name, content);
    refused(Code.DIGEST_MISMATCH, TufState.EMPTY);
    repository.files.put(name, new byte[3]);
    refused(Code.SIZE_MISMATCH, TufState.EMPTY);
  }

  @Test
  void everyBitOfEveryFileMatters() {
    TufState good = first();
    Random random = new Random(20261122);
    for (String name : good.files().keySet()) {
      if (name.equals("1.root.json")) {
        continue;
      }
      byte[] whole = repository.file(name);
      for (int i = 0; i < 40; i++) {
        byte[] changed = whole.clone();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        repository.files.put(name, changed);
        try {
          TufRepository verified = client().update(TufState.EMPTY, repository);
          byte[] target =
              verified.download(
                  verified.find("trusted_root.json", repository).orElseThrow(), repository);
          // White space, or one signature of several: what was signed is the same.
          assertArrayEquals(Text.utf8("the trust root"), target);
        } catch (AssayException e) {
          // refused, as it may be
        }
      }
      repository.files.put(name, whole);
    }
  }

  // What was stored is not trusted.

  @Test
  void whatWasChangedWhereItIsKeptIsRefused() {
    Map<String, byte[]> files = new LinkedHashMap<>(first().files());
    files.computeIfPresent(
        "timestamp.json", (name, kept) -> Text.utf8(Text.utf8(kept).replace("2030", "2040")));
    AssayException e = assertThrows(AssayException.class, () -> client().open(new TufState(files)));
    assertEquals(Code.METADATA_NOT_SIGNED, e.code());
  }

  @Test
  void aStoreThatWasTamperedWithDoesNotStopAnUpdate() {
    Map<String, byte[]> files = new LinkedHashMap<>(first().files());
    files.put("timestamp.json", Text.utf8("{}"));
    files.put("1.snapshot.json", new byte[0]);
    assertEquals(1, client().open(update(new TufState(files))).marks().timestamp());
  }

  // Expiry.

  @Test
  void expiryIsToldAndNotThrown() {
    repository.expires = "2026-01-01T00:00:00Z";
    repository.nextRoot(repository.keys("root"));
    repository.expires = Repository.EXPIRES;
    repository.publishNext();
    TufRepository verified = client().update(TufState.EMPTY, repository);
    Duration grace = Duration.ofDays(10);
    assertEquals(
        Freshness.Verdict.FRESH,
        verified.freshness(Instant.parse("2025-12-31T23:59:59Z"), grace).verdict());
    Freshness stale = verified.freshness(Instant.parse("2026-01-01T00:00:00Z"), grace);
    assertEquals(Freshness.Verdict.STALE_WITHIN_GRACE, stale.verdict());
    assertEquals("root", stale.decisive().role());
    assertEquals(
        Freshness.Verdict.TOO_OLD,
        verified.freshness(Instant.parse("2026-01-11T00:00:00Z"), grace).verdict());
  }

  // Delegations.

  private final Repository.Key a = Repository.Key.make("a");
  private final Repository.Key b = Repository.Key.make("b");
  private static final String PATH = "site/x.txt";

  private Optional<TufTarget> search() {
    repository.publishNext();
    return client().update(TufState.EMPTY, repository).find(PATH, repository);
  }

  private void delegate(boolean terminating) {
    repository.delegated("a", a, Map.of(), Optional.empty());
    repository.delegated("b", b, Map.of(PATH, Text.utf8("of b")), Optional.empty());
    repository.delegations =
        Optional.of(
            Repository.delegations(
                List.of(a, b),
                List.of(
                    Repository.delegation("a", a, "site/*", terminating),
                    Repository.delegation("b", b, "site/*", false))));
  }

  @Test
  void theFirstRoleThatNamesATargetDecides() {
    delegate(false);
    assertEquals("b", search().orElseThrow().role());
    repository.delegated("a", a, Map.of(PATH, Text.utf8("of a")), Optional.empty());
    assertEquals("a", search().orElseThrow().role());
    repository.delegations =
        Optional.of(
            Repository.delegations(
                List.of(a, b),
                List.of(
                    Repository.delegation("b", b, "site/*", false),
                    Repository.delegation("a", a, "site/*", false))));
    assertEquals("b", search().orElseThrow().role());
  }

  @Test
  void aTerminatingRoleEndsTheSearch() {
    delegate(true);
    assertEquals(Optional.empty(), search());
  }

  @Test
  void depthComesBeforeTheNextRole() {
    delegate(false);
    Repository.Key c = Repository.Key.make("c");
    repository.delegated("c", c, Map.of(PATH, Text.utf8("of c")), Optional.empty());
    repository.delegated(
        "a",
        a,
        Map.of(),
        Optional.of(
            Repository.delegations(
                List.of(c), List.of(Repository.delegation("c", c, "site/*", false)))));
    assertEquals("c", search().orElseThrow().role());
  }

  @Test
  void aRoleSpeaksOnlyForItsPaths() {
    delegate(false);
    repository.delegations =
        Optional.of(
            Repository.delegations(
                List.of(b), List.of(Repository.delegation("b", b, "other/*", false))));
    assertEquals(Optional.empty(), search());
  }

  @Test
  void aDelegatedRoleIsSignedByTheKeysItWasGiven() {
    delegate(false);
    repository.delegated("a", b, Map.of(PATH, Text.utf8("forged")), Optional.empty());
    AssayException e = assertThrows(AssayException.class, this::search);
    assertEquals(Code.METADATA_NOT_SIGNED, e.code());
  }

  @Test
  void aDelegationWithoutAThresholdIsRefused() {
    delegate(false);
    Json.Builder role =
        Json.object()
            .put("name", "a")
            .put("keyids", Json.strings(List.of()))
            .put("threshold", 0)
            .put("paths", Json.strings(List.of("*")));
    repository.delegations = Optional.of(Repository.delegations(List.of(), List.of(role)));
    AssayException e = assertThrows(AssayException.class, this::search);
    assertEquals(Code.BAD_METADATA, e.code());
  }

  @Test
  void rolesThatDelegateToEachOtherEnd() {
    delegate(false);
    Json back =
        Repository.delegations(List.of(a), List.of(Repository.delegation("a", a, "site/*", false)));
    repository.delegated("a", a, Map.of(), Optional.of(back));
    repository.delegated("b", b, Map.of(), Optional.of(back));
    assertEquals(Optional.empty(), search());
  }

  @Test
  void aChainOfDelegationsWithoutEndIsRefused() {
    for (int i = 0; i < 40; i++) {
      Json next =
          Repository.delegations(
              List.of(a), List.of(Repository.delegation("d" + (i + 1), a, "site/*", false)));
      repository.delegated("d" + i, a, Map.of(), Optional.of(next));
    }
    repository.delegations =
        Optional.of(
            Repository.delegations(
                List.of(a), List.of(Repository.delegation("d0", a, "site/*", false))));
    AssayException e = assertThrows(AssayException.class, this::search);
    assertEquals(Code.TOO_MANY, e.code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/b", ".hidden", "", "root", "timestamp", "a b", "C:"})
  void aRoleNameThatCouldLeadElsewhereIsRefused(String name) {
    repository.delegations =
        Optional.of(
            Repository.delegations(
                List.of(a), List.of(Repository.delegation(name, a, "site/*", false))));
    AssayException e = assertThrows(AssayException.class, this::search);
    assertEquals(Code.BAD_METADATA, e.code());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../x",
        "/etc/passwd",
        "a/../b",
        "a//b",
        "a\\b",
        "c:d",
        "",
        "a/",
        ".ssh/x",
        "%2e"
      })
  void aTargetThatCouldLeadElsewhereIsNotAskedFor(String path) {
    repository.targets.put(path, Text.utf8("x"));
    repository.publishNext();
    TufRepository verified = client().update(TufState.EMPTY, repository);
    AssayException e = assertThrows(AssayException.class, () -> verified.find(path, repository));
    assertEquals(Code.UNSAFE_PATH, e.code());
    assertTrue(repository.asked.stream().noneMatch(n -> n.startsWith("targets/")));
  }

  @Test
  void patternsStayWithinTheirSegment() {
    assertTrue(Delegation.matches("a/*.json", "a/b.json"));
    assertTrue(Delegation.matches("a/?*/c", "a/bb/c"));
    assertTrue(Delegation.matches("*", "x"));
    assertEquals(false, Delegation.matches("*", "x/y"));
    assertEquals(false, Delegation.matches("a/*", "a/b/c"));
    assertEquals(false, Delegation.matches("a/*.json", "a/b.jsonx"));
    assertEquals(false, Delegation.matches("a?", "a"));
    String stars = "*a".repeat(200);
    assertEquals(false, Delegation.matches(stars, "a".repeat(100_000) + "b"));
  }

  @Test
  void canonicalJsonEscapesTwoCharactersOnly() {
    Json json = Json.parse(Text.utf8("{\"b\":\"\\n\\\"\\\\é\",\"a\":[1,true,null]}"), 100);
    assertEquals(
        "{\"a\":[1,true,null],\"b\":\"\n\\\"\\\\é\"}", Text.utf8(CanonicalJson.encode(json)));
    Json fraction = Json.parse(Text.utf8("{\"a\":1.5}"), 100);
    assertThrows(AssayException.class, () -> CanonicalJson.encode(fraction));
  }
}
