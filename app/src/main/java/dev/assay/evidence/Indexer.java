package dev.assay.evidence;

import dev.assay.attest.Bundle;
import dev.assay.attest.DocumentReference;
import dev.assay.attest.Dsse;
import dev.assay.attest.EvidenceReader;
import dev.assay.attest.PredicateTypes;
import dev.assay.attest.SlsaProvenance;
import dev.assay.attest.Statement;
import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import dev.assay.bytes.Digest;
import dev.assay.bytes.Fields;
import dev.assay.bytes.JsonReader;
import dev.assay.bytes.Limits;
import dev.assay.bytes.Text;
import dev.assay.ledger.LedgerRecord;
import dev.assay.sbom.Advisory;
import dev.assay.sbom.Component;
import dev.assay.sbom.CycloneDxReader;
import dev.assay.sbom.Matcher;
import dev.assay.sbom.Purl;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts one record after the other into the tables. What a record rests on and cannot be read is
 * kept as a problem, so that it turns an answer into UNKNOWN and never into NO.
 */
final class Indexer {

  static final String CYCLONEDX = "https://cyclonedx.org/bom";
  static final String PROVENANCE = "https://slsa.dev/provenance/";

  private final Store store;
  private final Snapshots snapshots;

  Indexer(Store store) {
    this.store = store;
    this.snapshots = new Snapshots(store);
  }

  static boolean isSbom(String predicateType) {
    return predicateType.equals(CYCLONEDX) || predicateType.startsWith(CYCLONEDX + "/");
  }

  static boolean isProvenance(String predicateType) {
    return predicateType.startsWith(PROVENANCE);
  }

  /**
   * @param blobs gives a blob whose bytes were checked against the digest
   * @throws AssayException with {@link Code#BAD_RECORD} if the record's body is malformed
   */
  void ingest(long index, LedgerRecord record, Function<Digest, Optional<byte[]>> blobs) {
    store.update(
        "INSERT INTO entry (idx, type, time) VALUES (?,?,?)",
        index,
        record.type(),
        record.time().toEpochMilli());
    switch (record.type()) {
      case LedgerRecord.Types.EVIDENCE -> evidence(index, record, blobs);
      case LedgerRecord.Types.TAG -> tag(index, record);
      case LedgerRecord.Types.DECISION -> decision(index, record);
      case LedgerRecord.Types.SNAPSHOT -> snapshots.ingest(index, record, blobs);
      case LedgerRecord.Types.ADVISORY -> advisory(index, record, blobs);
      default -> {
        // Keys and what later versions record answer no question here.
      }
    }
  }

  private void tag(long index, LedgerRecord record) {
    Fields f = Fields.of(record.body(), "tag", Code.BAD_RECORD);
    store.update(
        "INSERT INTO tag (idx, time, repository, tag, digest) VALUES (?,?,?,?,?)",
        index,
        record.time().toEpochMilli(),
        f.string("repository"),
        f.string("tag"),
        f.digest("digest").toString());
  }

  private void decision(long index, LedgerRecord record) {
    Fields f = Fields.of(record.body(), "decision", Code.BAD_RECORD);
    store.update(
        "INSERT INTO decision (idx, time, cluster, namespace, kind, name, allowed, mode, code)"
            + " VALUES (?,?,?,?,?,?,?,?,?)",
        index,
        record.time().toEpochMilli(),
        f.string("cluster"),
        f.optionalString("namespace").orElse(""),
        f.string("kind"),
        f.optionalString("name").orElse(""),
        f.bool("allowed", false) ? 1 : 0,
        f.string("mode"),
        f.optionalString("code").orElse(null));
    int place = 0;
    for (Fields c : f.objects("containers", 10_000)) {
      Optional<String> digest = c.optionalString("digest");
      if (digest.isPresent()) {
        store.update(
            "INSERT INTO decision_image (idx, place, digest) VALUES (?,?,?)",
            index,
            place++,
            digest.get());
      }
    }
  }

  private void advisory(long index, LedgerRecord record, Function<Digest, Optional<byte[]>> blobs) {
    Fields f = Fields.of(record.body(), "advisory", Code.BAD_RECORD);
    String id = f.string("id");
    List<String> names = new ArrayList<>(f.strings("aliases", 100_000));
    String content = "";
    String problem = null;
    Optional<byte[]> blob = blobs.apply(f.digest("content"));
    if (blob.isEmpty()) {
      problem = "its content is not in the ledger";
    } else {
      try {
        Advisory advisory = Advisory.parse(blob.get());
        content = Text.utf8(blob.get());
        if (!advisory.id().equals(id)) {
          problem = "its content is another advisory";
        }
        names.addAll(advisory.aliases());
      } catch (AssayException e) {
        problem = e.getMessage();
      }
    }
    names.add(id);
    store.update(
        "INSERT INTO advisory (idx, id, content, problem) VALUES (?,?,?,?)",
        index,
        id,
        content,
        problem);
    for (String name : names.stream().map(n -> n.toUpperCase(Locale.ROOT)).distinct().toList()) {
      store.update("INSERT INTO advisory_name (name, idx) VALUES (?,?)", name, index);
    }
  }

  private void evidence(long index, LedgerRecord record, Function<Digest, Optional<byte[]>> blobs) {
    Fields f = Fields.of(record.body(), "evidence", Code.BAD_RECORD);
    if (!f.bool("verified", false)) {
      return; // what nobody verified supports nothing
    }
    Digest subject = f.digest("subject");
    Digest bundle = f.digest("bundle");
    String predicateType = f.string("predicateType");
    String keyId = f.string("keyId");
    store.update(
        "INSERT INTO evidence (idx, subject, repository, bundle, predicate_type, key_id)"
            + " VALUES (?,?,?,?,?,?)",
        index,
        subject.toString(),
        f.optionalString("repository").orElse(null),
        bundle.toString(),
        predicateType,
        keyId);
    Optional<Digest> document = document(f);
    if (isSbom(predicateType)) {
      sbom(index, subject, blobs.apply(bundle));
    } else if (document.isPresent() && isSbom(f.string("documentType"))) {
      detached(index, subject, blobs.apply(bundle), document.get(), blobs.apply(document.get()));
    } else if (isProvenance(predicateType)) {
      provenance(index, subject, keyId, blobs.apply(bundle));
    }
  }

  /** The statement in a bundle, if it is one about the subject. */
  static Statement statement(byte[] bundle, Digest subject) {
    Bundle parsed = EvidenceReader.one(bundle, Limits.SBOM_BYTES);
    if (!(parsed.content() instanceof Bundle.Envelope(Dsse envelope))
        || !envelope.payloadType().equals(Dsse.IN_TOTO)) {
      throw new AssayException(Code.BAD_STATEMENT, "the bundle holds no in-toto statement");
    }
    Statement statement = Statement.parse(envelope.payload(), Limits.SBOM_BYTES);
    if (!statement.names(subject)) {
      throw new AssayException(
          Code.SUBJECT_MISMATCH, "the statement is not about " + subject.brief());
    }
    return statement;
  }

  /** The document that evidence names and that was recorded with it. */
  static Optional<Digest> document(Fields evidence) {
    return evidence.has("document") ? Optional.of(evidence.digest("document")) : Optional.empty();
  }

  private void sbom(long index, Digest subject, Optional<byte[]> bundle) {
    sbom(
        index,
        subject,
        rows -> {
          Statement statement = statement(bundle.orElseThrow(Indexer::noBundle), subject);
          if (!isSbom(statement.predicateType())) {
            throw new AssayException(Code.BAD_SBOM, "the statement is no CycloneDX document");
          }
          return readComponents(index, statement.payload(), rows);
        });
  }

  private void detached(
      long index,
      Digest subject,
      Optional<byte[]> bundle,
      Digest digest,
      Optional<byte[]> document) {
    sbom(
        index,
        subject,
        rows -> {
          Statement statement = statement(bundle.orElseThrow(Indexer::noBundle), subject);
          // What the record calls the document counts only where the signed statement names it.
          if (!statement.predicateType().equals(PredicateTypes.REFERENCE_V01)
              || DocumentReference.of(statement).stream()
                  .noneMatch(r ->
                      r.digest().equals(digest)
                          && PredicateTypes.mediaType(CYCLONEDX)
                              .equals(Optional.of(r.mediaType())))) {
            throw new AssayException(Code.BAD_SBOM, "the statement does not name the document");
          }
          byte[] bytes =
              document.orElseThrow(
                  () -> new AssayException(Code.BAD_SBOM, "its document is not in the ledger"));
          return CycloneDxReader.read(bytes, c -> addRows(index, c, rows)).components();
        });
  }

  private static AssayException noBundle() {
    return new AssayException(Code.BAD_SBOM, "its bundle is not in the ledger");
  }

  private void sbom(
      long index, Digest subject, ToIntFunction<List<@Nullable Object[]>> components) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    String problem = null;
    int count = 0;
    try {
      count = components.applyAsInt(rows);
      if (count == 0) {
        problem = "it lists no component";
      }
    } catch (AssayException e) {
      problem = e.getMessage();
      rows.clear();
    }
    store.update(
        "INSERT INTO sbom (idx, subject, components, problem) VALUES (?,?,?,?)",
        index,
        subject.toString(),
        count,
        problem);
    store.batch(
        "INSERT INTO component (sbom_idx, place, match_name, type, component_group, name, version,"
            + " purl) VALUES (?,?,?,?,?,?,?,?)",
        rows);
  }

  private static int readComponents(long index, byte[] payload, List<@Nullable Object[]> rows) {
    JsonReader in = new JsonReader(payload, Limits.SBOM_BYTES);
    int count = 0;
    in.beginObject();
    while (in.hasNext()) {
      if (in.name().equals("predicate")) {
        count = CycloneDxReader.read(in, c -> addRows(index, c, rows)).components();
      } else {
        in.skip();
      }
    }
    in.end();
    return count;
  }

  // Files outnumber packages by far and no advisory speaks of them.
  private static void addRows(long index, Component c, List<@Nullable Object[]> rows) {
    if (c.type().equals("file") && c.purlText().isEmpty()) {
      return;
    }
    for (String name : Matcher.names(c)) {
      rows.add(
          new @Nullable Object[] {
            index,
            rows.size(),
            name,
            c.type(),
            c.group().orElse(null),
            c.name(),
            c.version().orElse(null),
            c.purlText().orElse(null)
          });
    }
  }

  private void provenance(long index, Digest subject, String keyId, Optional<byte[]> bundle) {
    if (bundle.isEmpty()) {
      return;
    }
    SlsaProvenance provenance;
    try {
      provenance = SlsaProvenance.of(statement(bundle.get(), subject));
    } catch (AssayException e) {
      return; // without provenance the answer says "not recorded"
    }
    List<SlsaProvenance.SourceCommit> commits = provenance.sourceCommits();
    // More than one candidate is no single answer to "from which commit".
    Optional<SlsaProvenance.SourceCommit> commit =
        commits.size() == 1 ? Optional.of(commits.getFirst()) : Optional.empty();
    store.update(
        "INSERT INTO provenance (idx, subject, builder, build_type, source, commit_id, key_id)"
            + " VALUES (?,?,?,?,?,?,?)",
        index,
        subject.toString(),
        provenance.builderId(),
        provenance.buildType(),
        commit.map(SlsaProvenance.SourceCommit::uri).orElse(null),
        commit.map(SlsaProvenance.SourceCommit::commit).orElse(null),
        keyId);
    List<@Nullable Object[]> packages = new ArrayList<>();
    for (SlsaProvenance.Dependency dependency : provenance.resolvedDependencies()) {
      Optional<Purl> purl = dependency.uri().flatMap(Purl::tryParse);
      if (purl.isPresent() && dependency.strongDigest().isPresent()) {
        packages.add(
            new Object[] {
              purl.get().withoutQualifiers().toString(),
              index,
              packages.size(),
              dependency.strongDigest().get().toString()
            });
      }
    }
    store.batch("INSERT INTO dependency (purl, idx, place, digest) VALUES (?,?,?,?)", packages);
  }
}
