internal import GRDB

extension PatientIndex {
  /// The schema's history. A migration that was released is never edited: add the next one.
  static var migrations: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(sql: patients)
      try createIndexes(database)
      try database.execute(sql: sources)
    }
    return migrator
  }

  /// A patient's row has what nearly all patients have; what few have stands in `more`, as JSON, and what of that is looked
  /// up, in `alias`. `words` finds them by name: it is contentless, so that what is taken out must be said.
  private static let patients = """
    CREATE TABLE patient (
      id INTEGER PRIMARY KEY,
      localID TEXT NOT NULL,
      authority TEXT NOT NULL,
      nationalID TEXT,
      scheme TEXT,
      family TEXT NOT NULL,
      given TEXT NOT NULL,
      birthName TEXT,
      birthDate TEXT,
      sex TEXT,
      active INTEGER NOT NULL,
      deceased TEXT,
      more TEXT,
      source INTEGER NOT NULL,
      changed TEXT
    );
    CREATE TABLE alias (
      value TEXT NOT NULL,
      kind TEXT NOT NULL,
      patient INTEGER NOT NULL,
      PRIMARY KEY (value, kind, patient)
    ) WITHOUT ROWID;
    CREATE INDEX alias_patient ON alias (patient);
    CREATE VIRTUAL TABLE words USING fts5(text, content='', detail='none', columnsize=0, tokenize='ascii');
    """

  /// Each source of changes, and the former state of each patient that one changed. `listed` has the digests of the rows of
  /// the last list, by portions of their keys; `touched`, the keys of patients that something else changed since.
  private static let sources = """
    CREATE TABLE source (
      id INTEGER PRIMARY KEY,
      at TEXT NOT NULL,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      actor TEXT,
      patients INTEGER NOT NULL
    );
    CREATE TABLE history (
      id INTEGER PRIMARY KEY,
      localID TEXT NOT NULL,
      authority TEXT NOT NULL,
      change TEXT NOT NULL,
      source INTEGER NOT NULL,
      at TEXT NOT NULL,
      before TEXT
    );
    CREATE INDEX history_localID ON history (localID);
    CREATE TABLE listed (portion INTEGER PRIMARY KEY, rows BLOB NOT NULL);
    CREATE TABLE touched (key INTEGER PRIMARY KEY, patient INTEGER NOT NULL);
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO setting VALUES ('seed', abs(random()));
    """

  private static let indexes = [
    ("UNIQUE INDEX", "patient_localID", "patient (localID, authority)"),
    ("INDEX", "patient_nationalID", "patient (nationalID) WHERE nationalID IS NOT NULL"),
    ("INDEX", "patient_birthDate", "patient (birthDate, family, given, birthName) WHERE birthDate IS NOT NULL"),
  ]

  static func createIndexes(_ database: Database) throws {
    for (what, name, on) in indexes { try database.execute(sql: "CREATE \(what) \(name) ON \(on)") }
  }

  /// Before an empty index is filled: to sort at the end is cheaper than to keep sorted.
  static func dropIndexes(_ database: Database) throws {
    for (_, name, _) in indexes { try database.execute(sql: "DROP INDEX \(name)") }
  }
}
