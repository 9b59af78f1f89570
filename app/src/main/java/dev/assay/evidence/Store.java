package dev.assay.evidence;

import dev.assay.bytes.AssayException;
import dev.assay.bytes.Code;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The database under the index. Statements keep to SQL that PostgreSQL understands as well; what is
 * SQLite's own (opening, durability) is in this class alone. An index can be lost without harm, so
 * it is not flushed at every commit.
 */
final class Store implements AutoCloseable {

  /** Changes whenever the tables or what is put into them change; an older index is rebuilt. */
  static final String VERSION = "1";

  @FunctionalInterface
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
          "CREATE TABLE entry (idx BIGINT PRIMARY KEY, type TEXT NOT NULL, time BIGINT NOT NULL)",
          "CREATE TABLE evidence (idx BIGINT PRIMARY KEY, subject TEXT NOT NULL, repository TEXT,"
              + " bundle TEXT NOT NULL, predicate_type TEXT NOT NULL, key_id TEXT NOT NULL)",
          "CREATE INDEX evidence_subject ON evidence (subject, predicate_type, idx)",
          "CREATE TABLE tag (idx BIGINT PRIMARY KEY, time BIGINT NOT NULL, repository TEXT NOT"
              + " NULL, tag TEXT NOT NULL, digest TEXT NOT NULL)",
          "CREATE INDEX tag_name ON tag (repository, tag, idx)",
          "CREATE TABLE decision (idx BIGINT PRIMARY KEY, time BIGINT NOT NULL, cluster TEXT NOT"
              + " NULL, namespace TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, allowed"
              + " INTEGER NOT NULL, mode TEXT NOT NULL, code TEXT)",
          "CREATE TABLE decision_image (idx BIGINT NOT NULL, place INTEGER NOT NULL, digest TEXT"
              + " NOT NULL, PRIMARY KEY (idx, place))",
          "CREATE INDEX decision_image_digest ON decision_image (digest, idx)",
          "CREATE TABLE snapshot (idx BIGINT PRIMARY KEY, cluster TEXT NOT NULL, taken_at BIGINT"
              + " NOT NULL, sequence BIGINT NOT NULL, chained INTEGER NOT NULL, usable INTEGER NOT"
              + " NULL, linked INTEGER NOT NULL, nameless INTEGER NOT NULL)",
          "CREATE INDEX snapshot_cluster ON snapshot (cluster, usable, idx)",
          "CREATE TABLE run (id BIGINT PRIMARY KEY, cluster TEXT NOT NULL, namespace TEXT NOT"
              + " NULL, kind TEXT NOT NULL, workload TEXT NOT NULL, container TEXT NOT NULL,"
              + " container_type TEXT NOT NULL, image TEXT NOT NULL, digest TEXT NOT NULL, sighting"
              + " INTEGER NOT NULL, first_idx BIGINT NOT NULL, first_at BIGINT NOT NULL, before_idx"
              + " BIGINT NOT NULL, before_at BIGINT NOT NULL, last_idx BIGINT NOT NULL, last_at"
              + " BIGINT NOT NULL, closed_idx BIGINT NOT NULL, closed_at BIGINT NOT NULL, absent"
              + " INTEGER NOT NULL)",
          "CREATE INDEX run_digest ON run (digest, cluster)",
          "CREATE INDEX run_open ON run (cluster, closed_idx)",
          "CREATE TABLE sbom (idx BIGINT PRIMARY KEY, subject TEXT NOT NULL, components INTEGER NOT"
              + " NULL, problem TEXT)",
          "CREATE INDEX sbom_subject ON sbom (subject, idx)",
          "CREATE TABLE component (sbom_idx BIGINT NOT NULL, place INTEGER NOT NULL, match_name"
              + " TEXT NOT NULL, type TEXT NOT NULL, component_group TEXT, name TEXT NOT NULL,"
              + " version TEXT, purl TEXT, PRIMARY KEY (sbom_idx, place))",
          "CREATE INDEX component_name ON component (match_name, sbom_idx)",
          "CREATE TABLE provenance (idx BIGINT PRIMARY KEY, subject TEXT NOT NULL, builder TEXT NOT"
              + " NULL, build_type TEXT NOT NULL, source TEXT, commit_id TEXT, key_id TEXT NOT"
              + " NULL)",
          "CREATE INDEX provenance_subject ON provenance (subject, idx)",
          "CREATE TABLE dependency (purl TEXT NOT NULL, idx BIGINT NOT NULL, place INTEGER NOT"
              + " NULL, digest TEXT NOT NULL, PRIMARY KEY (purl, idx, place))",
          "CREATE TABLE advisory (idx BIGINT PRIMARY KEY, id TEXT NOT NULL, content TEXT NOT NULL,"
              + " problem TEXT)",
          "CREATE TABLE advisory_name (name TEXT NOT NULL, idx BIGINT NOT NULL, PRIMARY KEY (name,"
              + " idx))");

  private final Connection connection;

  private Store(Connection connection) {
    this.connection = connection;
  }

  /** Opens or creates a database in a file. */
  static Store file(Path file) {
    return open("jdbc:sqlite:" + file.toAbsolutePath());
  }

  /** A database that ends with the process. */
  static Store memory() {
    return open("jdbc:sqlite::memory:");
  }

  private static Store open(String url) {
    try {
      // A transaction that begins by reading and then writes would fail at once, without waiting,
      // if
      // another process wrote in between.
      Properties properties = new Properties();
      properties.setProperty("transaction_mode", "IMMEDIATE");
      Connection connection = DriverManager.getConnection(url, properties);
      try (Statement s = connection.createStatement()) {
        s.execute("PRAGMA busy_timeout = 30000");
        s.execute("PRAGMA journal_mode = WAL");
        s.execute("PRAGMA synchronous = OFF");
      }
      return new Store(connection);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Makes the tables unless they are there. */
  void prepare() {
    if (!current()) {
      transaction(() -> {
        // Another process may have made them meanwhile.
        if (!current()) {
          recreate();
        }
      });
    }
  }

  /** Drops every table and creates them empty. */
  synchronized void recreate() {
    transaction(() -> {
      for (String name :
          query(
              "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
              r -> r.getString(1))) {
        update("DROP TABLE " + name);
      }
      TABLES.forEach(this::update);
      update("INSERT INTO meta (name, value) VALUES ('version', ?)", VERSION);
    });
  }

  /** Whether the tables are there, in the form of this version. */
  synchronized boolean current() {
    if (query("SELECT name FROM sqlite_master WHERE name = 'meta'", r -> true).isEmpty()) {
      return false;
    }
    return meta("version").equals(Optional.of(VERSION));
  }

  synchronized Optional<String> meta(String name) {
    return first("SELECT value FROM meta WHERE name = ?", r -> r.getString(1), name);
  }

  synchronized void meta(String name, String value) {
    update(
        "INSERT INTO meta (name, value) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value);
  }

  synchronized <T> List<T> query(String sql, Row<T> row, Object... arguments) {
    try (PreparedStatement s = prepare(sql, arguments);
        ResultSet found = s.executeQuery()) {
      List<T> out = new ArrayList<>();
      while (found.next()) {
        out.add(row.read(found));
      }
      return out;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  synchronized <T> Optional<T> first(String sql, Row<T> row, Object... arguments) {
    List<T> all = query(sql, row, arguments);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst());
  }

  synchronized long number(String sql, Object... arguments) {
    return first(sql, r -> r.getLong(1), arguments).orElse(0L);
  }

  synchronized int update(String sql, @Nullable Object... arguments) {
    try (PreparedStatement s = prepare(sql, arguments)) {
      return s.executeUpdate();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Runs one statement for many rows. */
  synchronized void batch(String sql, List<@Nullable Object[]> rows) {
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      for (@Nullable Object[] row : rows) {
        bind(s, row);
        s.addBatch();
      }
      s.executeBatch();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private PreparedStatement prepare(String sql, @Nullable Object[] arguments) throws SQLException {
    PreparedStatement s = connection.prepareStatement(sql);
    bind(s, arguments);
    return s;
  }

  private static void bind(PreparedStatement s, @Nullable Object[] arguments) throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      s.setObject(i + 1, arguments[i]);
    }
  }

  /** All or nothing; within another transaction, part of it. */
  synchronized void transaction(Runnable work) {
    try {
      if (!connection.getAutoCommit()) {
        work.run();
        return;
      }
      connection.setAutoCommit(false);
      boolean done = false;
      try {
        work.run();
        connection.commit();
        done = true;
      } finally {
        if (!done) {
          connection.rollback();
        }
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static AssayException failed(SQLException e) {
    return new AssayException(
        Code.INDEX_STALE,
        "the index cannot be used: " + e.getMessage(),
        Optional.of("assay ledger reindex"),
        e);
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(e);
    }
  }
}
