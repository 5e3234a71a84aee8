import { describe, expect, it } from "vitest";
import { documentText, toolDocument, type ToolDocument } from "../../../core/discovery/index.ts";
import type { ServerId } from "../../../core/catalog/index.ts";
import { BUILTIN_MODEL, createBuiltinEmbedder } from "./index.ts";

const { signal } = new AbortController();
const embedder = createBuiltinEmbedder();

function tool(name: string, description: string, parameters: Record<string, string> = {}): string {
  const properties = Object.fromEntries(
    Object.entries(parameters).map(([key, text]) => [key, { type: "string", description: text }]),
  );
  return documentText(
    toolDocument({ server: "demo" as ServerId, name, description, inputSchema: { properties } }),
  );
}

async function embed(text: string): Promise<Float32Array> {
  return embedder.embedDocuments([text], { signal });
}

function ask(text: string, weight?: (stem: string) => number): Float32Array {
  const options = weight === undefined ? { signal } : { signal, weights: { weight } };
  return embedder.embedQuery(text, options) as Float32Array;
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

describe("the builtin embedder", () => {
  it("gives one row of unit length for each document, in their order", async () => {
    const texts = [tool("add_user", "Adds a user."), tool("get_weather", "Tells the weather.")];
    const rows = await embedder.embedDocuments(texts, { signal });
    expect(rows).toHaveLength(2 * BUILTIN_MODEL.dimension);
    for (const [row, text] of texts.entries()) {
      const { dimension } = BUILTIN_MODEL;
      const vector = rows.subarray(row * dimension, (row + 1) * dimension);
      expect(cosine(vector, vector)).toBeCloseTo(1, 5);
      expect([...vector]).toEqual([...(await embed(text))]);
    }
  });

  it("gives the same vector in every instance", async () => {
    const text = tool("send_mail", "Sends an e-mail.", { to: "Whom it goes to" });
    const other = await createBuiltinEmbedder().embedDocuments([text], { signal });
    expect([...other]).toEqual([...(await embed(text))]);
  });

  it("gives zeros for what holds no word of meaning", async () => {
    expect((await embed("")).every((value) => value === 0)).toBe(true);
    expect(ask("what is it that you can do").every((value) => value === 0)).toBe(true);
  });

  it("brings a query nearest to the document that shares its words, inflected or misspelt", async () => {
    const users = await embed(tool("search_users", "Search users by name, email or company."));
    const weather = await embed(tool("get_forecast", "Forecasts the weather of a city."));
    for (const query of ["searching for a user", "compani users", "usrs of companies"]) {
      expect(cosine(ask(query), users)).toBeGreaterThan(cosine(ask(query), weather) + 0.1);
    }
    const forecast = ask("weather forecasts for cities");
    expect(cosine(forecast, weather)).toBeGreaterThan(cosine(forecast, users) + 0.2);
  });

  it("weighs the name over the description, and that over the parameters", async () => {
    const query = ask("invoice");
    const inName = await embed(tool("create_invoice", "Makes a new document for a customer."));
    const inText = await embed(tool("create_document", "Makes a new invoice for a customer."));
    const inParameter = await embed(
      tool("create_document", "Makes a new record for a customer.", { invoice: "The text" }),
    );
    expect(cosine(query, inName)).toBeGreaterThan(cosine(query, inText));
    expect(cosine(query, inText)).toBeGreaterThan(cosine(query, inParameter));
  });

  it("takes the catalogue's weights for queries only", async () => {
    const rare = await embed(tool("blame", "Blame."));
    const common = await embed(tool("get", "Get."));
    const plain = ask("get blame");
    const weighed = ask("get blame", (stem) => (stem === "get" ? 0.1 : 5));
    expect(cosine(weighed, rare)).toBeGreaterThan(cosine(plain, rare) + 0.1);
    expect(cosine(weighed, common)).toBeLessThan(cosine(plain, common) - 0.1);
  });

  it("does nothing once the signal has aborted", async () => {
    const aborted = AbortSignal.abort(new Error("gone"));
    await expect(embedder.embedDocuments(["a"], { signal: aborted })).rejects.toThrow("gone");
    expect(() => embedder.embedQuery("a", { signal: aborted })).toThrow("gone");
  });

  it("reads any text, of whatever shape or script", async () => {
    const odd: ToolDocument = {
      server: "天気: サーバー",
      name: "🙂: x",
      title: "\u0000",
      lead: "a".repeat(10_000),
      rest: "getIDsFromURLs",
      parameters: [{ name: ": ", description: "東京の天気" }],
    };
    const vector = await embed(documentText(odd));
    expect(vector.every((value) => Number.isFinite(value))).toBe(true);
  });
});
