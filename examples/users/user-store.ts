import type { Database } from "node-sqlite3-wasm";
import { foldText } from "./fold-text.ts";
import { countByCompany, findUser, findUsers, insertUser, rewriteUser } from "./user-rows.ts";
import type { NewUser, User, UserChange, UserPage, UserQuery } from "./user.ts";

export type AddOutcome = { kind: "added"; user: User } | { kind: "conflict"; owner: User };
export type UpdateOutcome =
  | { kind: "updated"; user: User; changed: readonly string[] }
  | { kind: "unchanged"; user: User }
  | { kind: "conflict"; owner: User }
  | { kind: "not-found" };
export type DeleteOutcome = { kind: "deleted"; user: User } | { kind: "not-found" };

/** The user directory. Expected refusals are outcomes; only a broken database throws. */
export type UserStore = {
  get(id: number): User | undefined;
  search(query: UserQuery): UserPage;
  add(user: NewUser): AddOutcome;
  /** Changes the given fields; a change that alters nothing leaves `updatedAt` alone. */
  update(id: number, change: UserChange): UpdateOutcome;
  delete(id: number): DeleteOutcome;
  /** Names of all companies that have users, with how many, in order of name. */
  companies(): { name: string; users: number }[];
  count(): number;
};

/** Makes a store over an open database; `now` gives the current time. */
export function createUserStore(db: Database, now: () => Date): UserStore {
  const get = (id: number): User | undefined => findUser(db, { id });
  const mustGet = (id: number): User => {
    const user = get(id);
    if (user === undefined) {
      throw new Error(`user ${id} vanished while it was being written`);
    }
    return user;
  };
  return {
    get,
    search(query) {
      const { users, total } = findUsers(db, query);
      const end = query.offset + users.length;
      const nextOffset = users.length > 0 && end < total ? end : null;
      return { users, total, limit: query.limit, offset: query.offset, nextOffset };
    },
    add(user) {
      const owner = findUser(db, { email: user.email });
      if (owner !== undefined) {
        return { kind: "conflict", owner };
      }
      const id = inTransaction(db, () => insertUser(db, user, now().toISOString()));
      return { kind: "added", user: mustGet(id) };
    },
    update(id, change) {
      const before = get(id);
      if (before === undefined) {
        return { kind: "not-found" };
      }
      const owner = change.email === undefined ? undefined : findUser(db, { email: change.email });
      if (owner !== undefined && owner.id !== id) {
        return { kind: "conflict", owner };
      }
      const changes = realChanges(before, change);
      const changed = Object.keys(changes);
      if (changed.length === 0) {
        return { kind: "unchanged", user: before };
      }
      inTransaction(db, () =>
        rewriteUser(db, { ...before, ...changes, updatedAt: now().toISOString() }),
      );
      return { kind: "updated", user: mustGet(id), changed };
    },
    delete(id) {
      const user = get(id);
      if (user === undefined) {
        return { kind: "not-found" };
      }
      db.run("DELETE FROM users WHERE id = ?", [id]);
      return { kind: "deleted", user };
    },
    companies: () => countByCompany(db),
    count: () => Number(db.get("SELECT COUNT(*) AS total FROM users")?.["total"]),
  };
}

function realChanges(before: User, change: UserChange): Partial<User> {
  // A known company keeps its own spelling, so another spelling of it is no change.
  const sameCompany =
    change.company !== undefined && foldText(change.company) === foldText(before.company);
  const { company, ...rest } = change;
  return Object.fromEntries(
    Object.entries({ ...rest, ...(sameCompany ? {} : { company }) }).filter(
      ([field, value]) => value !== undefined && before[field as keyof User] !== value,
    ),
  );
}

function inTransaction<T>(db: Database, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
