import { array, assert, constantFrom, integer, property, record, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { createAnalyser } from "../text/analyser.ts";
import type { ToolDocument } from "../tool-document.ts";
import { LexicalIndex } from "./lexical-index.ts";

function document(fields: Partial<ToolDocument>): ToolDocument {
  return { server: "", name: "", title: "", lead: "", rest: "", parameters: [], ...fields };
}

function indexOf(...documents: readonly Partial<ToolDocument>[]): LexicalIndex {
  const index = new LexicalIndex(createAnalyser());
  for (const [slot, fields] of documents.entries()) index.set(slot, document(fields));
  return index;
}

/** Slots with anything for the query, best coverage first. */
function ranking(index: LexicalIndex, text: string): number[] {
  const { coverage } = index.match(index.query(text));
  return [...coverage.keys()]
    .filter((slot) => coverage[slot]! > 0)
    .toSorted((a, b) => coverage[b]! - coverage[a]! || a - b);
}

describe("the lexical index", () => {
  it("ranks a word in the name over one in the description, and that over a parameter", () => {
    const index = indexOf(
      { name: "make_document", parameters: [{ name: "x", description: "The invoice" }] },
      { name: "make_document", lead: "Makes an invoice for a customer of ours" },
      { name: "make_invoice" },
    );
    expect(ranking(index, "invoices")).toEqual([2, 1, 0]);
  });

  it("finds a tool by any of its fields", () => {
    const index = indexOf(
      { server: "github" },
      { title: "Pull request" },
      { rest: "Needs a token" },
      { parameters: [{ name: "userEmail", description: "" }] },
      { parameters: [{ name: "", description: "Latitude in degrees" }] },
    );
    const queries = ["GitHub", "pull requests", "tokens", "email", "latitude"];
    expect(queries.map((query) => ranking(index, query)[0])).toEqual([0, 1, 2, 3, 4]);
  });

  it("counts a rare word more than a common one", () => {
    const index = indexOf(
      { name: "get_user" },
      { name: "get_file" },
      { name: "get_sum" },
      { name: "blame_line" },
    );
    expect(ranking(index, "get blame")[0]).toBe(3);
    expect(index.weight("blame")).toBeGreaterThan(index.weight("get"));
    expect(index.weight("unheard")).toBeGreaterThan(index.weight("blame"));
    expect(index.weight("get")).toBeGreaterThan(0);
  });

  it("finds misspelt, compounded and cut-off words, but prefers the exact one", () => {
    const index = indexOf({ name: "delete_user" }, { name: "filesystem_info" }, { name: "select" });
    expect(ranking(index, "delte")[0]).toBe(0);
    expect(ranking(index, "file system")[0]).toBe(1);
    expect(ranking(index, "delete")[0]).toBe(0);
    expect(ranking(index, "selected")[0]).toBe(2);
    expect(ranking(index, "2024")).toEqual([]);
  });

  it("scores within 0 and 1, higher the more of the query a tool holds", () => {
    const index = indexOf({ name: "search_users" }, { name: "search_files" });
    const { coverage, cosine } = index.match(index.query("search users"));
    expect(coverage[0]).toBeGreaterThan(coverage[1]!);
    expect(cosine[0]).toBeGreaterThan(cosine[1]!);
    expect(Math.max(...coverage, ...cosine)).toBeLessThanOrEqual(1);
    expect(index.share(index.query("search users"), 0)).toBe(1);
    expect(index.share(index.query("search users quickly"), 0)).toBeLessThan(1);
    expect(index.share(index.query("search users"), 1)).toBeLessThan(0.5);
    expect(index.share(index.query("of the"), 0)).toBe(0);
  });

  it("finds nothing for a query without words, or in an empty index", () => {
    expect(indexOf({ name: "a_tool" }).match({ stems: [] }).isEmpty).toBe(true);
    const empty = indexOf();
    expect(empty.match(empty.query("anything")).isEmpty).toBe(true);
  });

  it("forgets what is removed or replaced, terms and all", () => {
    const index = indexOf({ name: "blame_line" }, { name: "get_file" });
    index.remove(0);
    index.remove(0);
    index.remove(99);
    expect(index.size).toBe(1);
    expect(ranking(index, "blame")).toEqual([]);
    index.set(1, document({ name: "write_text" }));
    expect(index.size).toBe(1);
    expect(ranking(index, "file")).toEqual([]);
    expect(ranking(index, "write")).toEqual([1]);
  });

  it("looks at the rarest words of an endless query", () => {
    const index = indexOf({ name: "get_user" }, { name: "blame_line" }, { name: "get_file" });
    const padding = Array.from({ length: 200 }, (_, at) => `filler${at}x`).join(" ");
    expect(index.query(`get ${padding}`).stems).toHaveLength(64);
  });

  it("is after any changes what it would be if built anew", () => {
    const words = constantFrom("search", "users", "file", "delete", "issue", "weather", "report");
    const text = array(words, { maxLength: 6 }).map((list) => list.join(" "));
    const fields = record({ name: text, lead: text, rest: text });
    const change = tuple(integer({ min: 0, max: 9 }), constantFrom("set", "remove"), fields);
    assert(
      property(array(change, { maxLength: 40 }), text, (changes, query) => {
        const grown = new LexicalIndex(createAnalyser());
        const standing = new Map<number, ToolDocument>();
        for (const [slot, kind, given] of changes) {
          if (kind === "set") {
            grown.set(slot, document(given));
            standing.set(slot, document(given));
          } else {
            grown.remove(slot);
            standing.delete(slot);
          }
        }
        const fresh = new LexicalIndex(createAnalyser());
        for (const [slot, given] of standing) fresh.set(slot, given);
        expect(grown.size).toBe(fresh.size);
        const [a, b] = [grown, fresh].map((index) => index.match(index.query(query)));
        expect([...a!.coverage]).toEqual([...b!.coverage]);
        expect([...a!.cosine]).toEqual([...b!.cosine]);
      }),
    );
  });
});
