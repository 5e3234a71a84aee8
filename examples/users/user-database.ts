import { mkdirSync } from "node:fs";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import type { Database } from "node-sqlite3-wasm";
import { claimDatabase } from "./database-claim.ts";
import { generateDirectory } from "./generated-directory.ts";
import { insertUser } from "./user-rows.ts";

const schemaVersion = 1;
const seedCount = 1000;
const ownerWaitMs = 2000;

/** The `_key` columns hold folded texts: folding a thousand rows in JavaScript for each search costs 6 ms. */
const schema = `
  CREATE TABLE companies (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE
  );
  CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    surname TEXT NOT NULL,
    surname_key TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    company_id INTEGER NOT NULL REFERENCES companies (id),
    position TEXT,
    city TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  );
  CREATE INDEX users_by_company ON users (company_id);
`;

/** An open database and where it lies; `close` also frees it for other processes. */
export type UserDatabase = { db: Database; path: string; close(): void };

/**
 * Opens `users.db` in the folder, creating and seeding it with 1,000 generated users if it is missing.
 * `:memory:` gives a seeded database without a file. One process owns a file at a time.
 *
 * @throws Error when another process owns the file, or a newer version of this example wrote it.
 */
export async function openUserDatabase(folder: string): Promise<UserDatabase> {
  if (folder === ":memory:") {
    const db = prepare(new sqlite.Database());
    return { db, path: folder, close: () => db.close() };
  }
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "users.db");
  const claim = await claimDatabase(path, ownerWaitMs);
  try {
    const db = prepare(new sqlite.Database(path));
    const close = (): void => {
      db.close();
      claim.release();
    };
    return { db, path, close };
  } catch (error) {
    claim.release();
    throw error;
  }
}

function prepare(db: Database): Database {
  try {
    // In its default journal mode node-sqlite3-wasm does not roll back what a killed process left half written
    // (it takes its own lock for somebody else's); the write-ahead log recovers, and wants exclusive locking here.
    db.exec(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
    );
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Database): void {
  const version = Number(db.get("PRAGMA user_version")?.["user_version"]);
  if (version > schemaVersion) {
    throw new Error(
      `the database has schema version ${version}, this program knows ${schemaVersion}: use a newer program or another folder with --data`,
    );
  }
  if (version < schemaVersion) {
    db.exec("BEGIN IMMEDIATE");
    db.exec(schema);
    seed(db);
    db.exec(`PRAGMA user_version = ${schemaVersion}; COMMIT`);
  }
}

function seed(db: Database): void {
  for (const user of generateDirectory(seedCount)) {
    insertUser(db, user, user.createdAt);
  }
}
