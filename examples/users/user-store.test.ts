import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { scriptEntry } from "../../test/support/server-entry.ts";
import { makeTempDir } from "../../test/support/temp-dir.ts";
import { diagram } from "./diagram.ts";
import { openUserDatabase } from "./user-database.ts";
import type { UserDatabase } from "./user-database.ts";
import { createUserStore } from "./user-store.ts";

const opened: UserDatabase[] = [];
afterEach(() => {
  opened.splice(0).forEach((database) => database.db.isOpen && database.close());
});

async function openStore(folder = ":memory:") {
  const database = await openUserDatabase(folder);
  opened.push(database);
  let time = Date.UTC(2026, 0, 1);
  const store = createUserStore(database.db, () => new Date((time += 1000)));
  return { store, database };
}

const page = { limit: 20, offset: 0 };
const ada = { name: "Ada", surname: "Lind", email: "ada.lind@new.example", company: "New Works" };

describe("a new user directory", () => {
  it("holds the same 1,000 users everywhere, several of them named Alice", async () => {
    const { store } = await openStore();
    expect(store.count()).toBe(1000);
    expect(store.search({ ...page, name: "Alice" }).total).toBe(16);
    expect(store.get(1)).toEqual({
      id: 1,
      name: "Alice",
      surname: "Zeman",
      email: "alice.zeman@tidewater-robotics.example",
      company: "Tidewater Robotics",
      position: "Designer",
      city: "Eindhoven",
      createdAt: "2023-01-02T08:00:00.000Z",
      updatedAt: "2023-01-02T08:00:00.000Z",
    });
    expect(store.companies()).toHaveLength(16);
  });

  it("has the columns that its diagram shows", async () => {
    const { database } = await openStore();
    for (const table of ["companies", "users"]) {
      const columns = database.db
        .all(`PRAGMA table_info(${table})`)
        .map((column) => column["name"]);
      const entity = diagram.split(`  ${table} {\n`)[1]?.split("  }")[0] ?? "";
      expect(entity.match(/(?<=^ {4}\w+ )\w+/gm)).toEqual(columns);
    }
  });
});

describe("searching", () => {
  it("matches parts of every given field, whatever their case and accents", async () => {
    const { store } = await openStore();
    const kovacs = store.search({ ...page, surname: "KOVACS", limit: 100 });
    expect(kovacs.total).toBeGreaterThan(3);
    expect(new Set(kovacs.users.map((user) => user.surname))).toEqual(new Set(["Kovács"]));
    const both = store.search({ ...page, surname: "kovács", company: "northWIND", limit: 100 });
    const expected = kovacs.users.filter((user) => user.company === "Northwind Harbour");
    expect(both.users).toEqual(expected);
    expect(store.search({ ...page, email: "ALICE.ZEMAN@tide" }).users[0]?.id).toBe(1);
  });

  it("takes % and _ and quotes for plain letters", async () => {
    const { store } = await openStore();
    for (const name of ["%", "_", "'", '"; DROP TABLE users; --']) {
      expect(store.search({ ...page, name }).total).toBe(0);
    }
    expect(store.count()).toBe(1000);
  });

  it("pages through all matches without gaps or repetition", async () => {
    const { store } = await openStore();
    const seen: number[] = [];
    let offset: number | null = 0;
    while (offset !== null) {
      const found = store.search({ company: "Harbour", limit: 30, offset });
      seen.push(...found.users.map((user) => user.id));
      expect(found.total).toBe(185);
      offset = found.nextOffset;
    }
    expect(seen).toHaveLength(185);
    expect(seen).toEqual([...new Set(seen)].toSorted((one, other) => one - other));
    const behind = store.search({ limit: 5, offset: 5000 });
    expect(behind).toMatchObject({ users: [], total: 1000, nextOffset: null });
  });

  it("lists everybody without filters, and ignores empty ones", async () => {
    const { store } = await openStore();
    expect(store.search({ ...page, name: "", company: "" })).toMatchObject({
      total: 1000,
      nextOffset: 20,
    });
  });
});

describe("writing", () => {
  it("adds a user, making the company known under its first spelling", async () => {
    const { store } = await openStore();
    const added = store.add(ada);
    expect(added).toMatchObject({
      kind: "added",
      user: { id: 1001, ...ada, position: null, city: null },
    });
    const second = store.add({ ...ada, email: "b@new.example", company: "NEW WORKS" });
    expect(second).toMatchObject({ kind: "added", user: { company: "New Works" } });
  });

  it("refuses an e-mail address that is taken, naming its owner", async () => {
    const { store } = await openStore();
    const { email } = store.get(7)!;
    expect(store.add({ ...ada, email })).toMatchObject({ kind: "conflict", owner: { id: 7 } });
    expect(store.update(8, { email })).toMatchObject({ kind: "conflict", owner: { id: 7 } });
    expect(store.update(7, { email, city: "Oslo" })).toMatchObject({
      kind: "updated",
      changed: ["city"],
    });
    expect(store.count()).toBe(1000);
  });

  it("changes only what is given, and nothing when nothing differs", async () => {
    const { store } = await openStore();
    const before = store.get(5)!;
    const updated = store.update(5, { surname: "Ångström" });
    expect(updated).toEqual({
      kind: "updated",
      changed: ["surname"],
      user: { ...before, surname: "Ångström", updatedAt: "2026-01-01T00:00:01.000Z" },
    });
    const same = { surname: "Ångström", company: before.company.toUpperCase() };
    expect(store.update(5, same)).toEqual({ kind: "unchanged", user: store.get(5) });
    expect(store.search({ ...page, surname: "angstrom" }).users[0]?.id).toBe(5);
    expect(store.update(5000, same)).toEqual({ kind: "not-found" });
  });

  it("deletes once, and never gives the id to another", async () => {
    const { store } = await openStore();
    store.add(ada);
    expect(store.delete(1001)).toMatchObject({ kind: "deleted", user: { name: "Ada" } });
    expect(store.delete(1001)).toEqual({ kind: "not-found" });
    expect(store.add(ada)).toMatchObject({ kind: "added", user: { id: 1002 } });
  });
});

describe("the database file", () => {
  it("keeps what was written when it is opened again", async () => {
    await using dir = await makeTempDir();
    const first = await openStore(join(dir.path, "a", "b"));
    first.store.add(ada);
    first.database.close();
    const second = await openStore(join(dir.path, "a", "b"));
    expect(second.store.count()).toBe(1001);
    expect(second.store.get(1001)).toMatchObject(ada);
  });

  it("has one owner at a time", async () => {
    await using dir = await makeTempDir();
    await openStore(dir.path);
    await expect(openStore(dir.path)).rejects.toThrow(`is in use by process ${process.pid}`);
  });

  it("is taken over from an owner that is gone, although another process bears its pid", async () => {
    await using dir = await makeTempDir();
    await mkdir(join(dir.path, "users.db.lock"));
    await writeFile(join(dir.path, "users.db.owner"), `${process.ppid} 1`);
    const { store } = await openStore(dir.path);
    expect(store.count()).toBe(1000);
  });

  it("shows nothing of a transaction whose process was killed in its middle", async () => {
    await using dir = await makeTempDir();
    const { command, args } = scriptEntry("examples/users/killed-writer.fixture.ts", [dir.path]);
    const killed = spawnSync(command, args, { encoding: "utf8" });
    expect(killed).toMatchObject({ signal: "SIGKILL", stderr: "" });
    expect(existsSync(join(dir.path, "users.db.owner"))).toBe(true);
    const { store, database } = await openStore(dir.path);
    expect(store.count()).toBe(1001);
    expect(store.search({ ...page, name: "torn" }).total).toBe(0);
    expect(database.db.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
  });

  it("is left alone when a newer program wrote it", async () => {
    await using dir = await makeTempDir();
    const { database } = await openStore(dir.path);
    database.db.exec("PRAGMA user_version = 9");
    database.close();
    await expect(openStore(dir.path)).rejects.toThrow("schema version 9, this program knows 1");
  });
});
