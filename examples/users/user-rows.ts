import type { Database } from "node-sqlite3-wasm";
import { foldText } from "./fold-text.ts";
import type { NewUser, User, UserQuery } from "./user.ts";

const source = "users JOIN companies ON companies.id = users.company_id";
const columns = `users.id, users.name, users.surname, users.email, companies.name AS company, users.position,
  users.city, users.created_at AS createdAt, users.updated_at AS updatedAt`;

/** The filters a search may hold, each with the column it looks into. */
const filterColumns = {
  name: "users.name_key",
  surname: "users.surname_key",
  email: "users.email",
  company: "companies.name_key",
} as const;

/** Finds the user with this id or e-mail address. */
export function findUser(db: Database, by: { id: number } | { email: string }): User | undefined {
  const [condition, value] = "id" in by ? ["users.id = ?", by.id] : ["users.email = ?", by.email];
  return (
    (db.get(`SELECT ${columns} FROM ${source} WHERE ${condition}`, [value]) as User | null) ??
    undefined
  );
}

/** One page of the users whose fields contain all given texts, and how many there are in all. */
export function findUsers(
  db: Database,
  { limit, offset, ...filters }: UserQuery,
): { users: User[]; total: number } {
  const used = Object.entries(filterColumns).flatMap(([field, column]) => {
    const text = filters[field as keyof typeof filterColumns] ?? "";
    const wanted = field === "email" ? text.toLowerCase() : foldText(text);
    return wanted === "" ? [] : [{ condition: `instr(${column}, ?) > 0`, wanted }];
  });
  const where =
    used.length === 0 ? "" : `WHERE ${used.map((filter) => filter.condition).join(" AND ")}`;
  const values = used.map((filter) => filter.wanted);
  const total = db.get(`SELECT COUNT(*) AS total FROM ${source} ${where}`, values)?.["total"];
  const page = `SELECT ${columns} FROM ${source} ${where} ORDER BY users.id LIMIT ? OFFSET ?`;
  return { users: db.all(page, [...values, limit, offset]) as User[], total: Number(total) };
}

/** Companies with the number of their users, in order of name. */
export function countByCompany(db: Database): { name: string; users: number }[] {
  const query = `SELECT companies.name, COUNT(*) AS users FROM ${source} GROUP BY companies.id ORDER BY companies.name`;
  return db.all(query) as { name: string; users: number }[];
}

/** Inserts a user and, if need be, the company; answers the new id. */
export function insertUser(db: Database, user: NewUser, time: string): number {
  const { lastInsertRowid } = db.run(
    `INSERT INTO users (name, name_key, surname, surname_key, email, company_id, position, city, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [...writtenValues(db, user), time, time],
  );
  return Number(lastInsertRowid);
}

/** Writes all fields of a known user. */
export function rewriteUser(db: Database, user: User): void {
  db.run(
    `UPDATE users SET name = ?, name_key = ?, surname = ?, surname_key = ?, email = ?, company_id = ?,
       position = ?, city = ?, updated_at = ? WHERE id = ?`,
    [...writtenValues(db, user), user.updatedAt, user.id],
  );
}

function writtenValues(db: Database, user: NewUser | User): (string | number | null)[] {
  const { name, surname, email, company, position, city } = user;
  const names = [name, foldText(name), surname, foldText(surname)];
  return [...names, email, companyId(db, company), position ?? null, city ?? null];
}

function companyId(db: Database, name: string): number {
  const key = foldText(name);
  const known = db.get("SELECT id FROM companies WHERE name_key = ?", [key])?.["id"];
  return Number(
    known ??
      db.run("INSERT INTO companies (name, name_key) VALUES (?, ?)", [name, key]).lastInsertRowid,
  );
}
