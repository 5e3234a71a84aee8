import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createCacheWorld,
  textAnswer,
  type CacheWorld,
  type Replica,
} from "../../../../test/support/cache-world.ts";
import {
  createFakeSemanticIndex,
  type FakeSemanticIndex,
} from "../../../../test/support/fakes/fake-semantic-index.ts";
import { createFakeSharedStore } from "../../../../test/support/fakes/fake-shared-cache.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import type { SemanticOptions } from "../options.ts";

describe("a call that means nearly the same as an earlier one", () => {
  let world: CacheWorld;
  let semantic: FakeSemanticIndex;
  let gateway: Replica;

  const semanticRules = (more: Partial<SemanticOptions> = {}) => ({
    users: { ttlMs: 60_000, semantic: { enabled: true, verifyRatio: 0, ...more } },
  });

  beforeEach(() => {
    world = createCacheWorld(semanticRules());
    world.answer = async ({ arguments: args }) => {
      const { q } = args.value() as { q: string };
      return textAnswer(`of ${q.toLowerCase()}`);
    };
    semantic = createFakeSemanticIndex((a, b) => (a.toLowerCase() === b.toLowerCase() ? 0.97 : 0));
    gateway = world.replica({ semantic });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const asking = (q: string) => ({ args: JSON.stringify({ q }) });

  it("is answered with that one's answer, and told so", async () => {
    await gateway.ask("users__find", asking("Cats"));
    await world.clock.advance(300);
    const outcome = await gateway.call("users__find", asking("cats"));
    expect(outcome.meta).toMatchObject({
      cache: "l3",
      attempts: 0,
      cacheHit: { ageMs: 300, similarity: 0.97 },
    });
    expect(outcome.meta.cacheHit?.originalArguments?.value()).toEqual({ q: "Cats" });
    expect(await gateway.ask("users__find", asking("dogs"))).toBe("of dogs miss");
    expect(gateway.caches.stats().l3).toEqual({ hits: 1, misses: 2, entries: 2, bytes: 200 });
  });

  it("is looked for only where the tool's policy says so", async () => {
    world.rules = { users: { ttlMs: 60_000 } };
    await gateway.ask("users__find", asking("Cats"));
    expect(await gateway.ask("users__find", asking("cats"))).toBe("of cats miss");
    expect([semantic.places, semantic.size]).toEqual([[], 0]);
  });

  it("is never answered with what another caller was answered, or another tool", async () => {
    await gateway.ask("users__find", asking("Cats"));
    const asAnother = { ...asking("cats"), principal: principal("q") };
    expect(await gateway.ask("users__find", asAnother)).toBe("of cats miss");
    expect(await gateway.ask("users__get", asking("cats"))).toBe("of cats miss");
  });

  it("is not answered with what is past its time, or has been invalidated", async () => {
    await gateway.ask("users__find", asking("Cats"));
    await gateway.caches.invalidate({ server: "users" });
    expect(await gateway.ask("users__find", asking("cats"))).toBe("of cats miss");
    await world.clock.advance(60_000);
    expect(await gateway.ask("users__find", asking("CATS"))).toBe("of cats miss");
    expect(semantic.size).toBe(1);
  });

  it("is answered from the shared cache when memory has lost the entry", async () => {
    const store = createFakeSharedStore(world.clock);
    const small = { maxBytes: 1_000, leaseWaitMs: 0 };
    const replica = world.replica({ semantic, shared: store.connect(), options: small });
    await replica.ask("users__find", asking("Cats"));
    await replica.ask("users__find", asking("dogs"));
    expect(await replica.ask("users__find", asking("cats"))).toBe("of cats l3");
  });

  it("is answered under only, and not under bypass", async () => {
    await gateway.ask("users__find", asking("Cats"));
    const wish = asking("cats");
    expect(await gateway.ask("users__find", { ...wish, cache: "only" })).toBe("of cats l3");
    expect(await gateway.ask("users__find", { ...wish, cache: "bypass" })).toBe("of cats bypass");
  });

  it("goes to its server when the index fails", async () => {
    semantic.find = () => Promise.reject(new Error("no embedder"));
    expect(await gateway.ask("users__find", asking("cats"))).toBe("of cats miss");
    const messages = gateway.log.lines.map(({ message }) => message);
    expect(messages).toContain("The semantic cache could not be asked.");
  });

  describe("that is checked against the server", () => {
    const wrong = async (): Promise<void> => {
      world.answer = async ({ arguments: args }) => textAnswer(JSON.stringify(args.value()));
      world.rules = semanticRules({ verifyRatio: 1 });
    };
    const ask = async (q: string): Promise<string> => {
      const answer = await gateway.ask("users__find", asking(q));
      await world.clock.advance(1);
      return answer.split(" ").at(-1)!;
    };

    it("is kept with its own answer, which the next equal call is given", async () => {
      await wrong();
      await ask("Cats");
      expect(await ask("cats")).toBe("l3");
      expect(await gateway.ask("users__find", asking("cats"))).toBe('{"q":"cats"} l1');
      expect(world.asked).toHaveLength(2);
    });

    it("raises the threshold when its answer was wrong, and at last switches itself off", async () => {
      await wrong();
      semantic = createFakeSemanticIndex((a, b) =>
        a.toLowerCase() === b.toLowerCase() ? 0.999 : 0,
      );
      gateway = world.replica({ semantic });
      const policy = () => gateway.caches.policy(world.tool("users__find")).semantic;
      expect(policy()).toMatchObject({ threshold: 0.95, effectiveThreshold: 0.95 });
      const thresholds: (number | undefined)[] = [];
      for (const word of ["a", "b", "c", "d"]) {
        expect([await ask(word), await ask(word.toUpperCase())]).toEqual(["miss", "l3"]);
        thresholds.push(policy()?.effectiveThreshold);
      }
      expect(thresholds.map((value) => value?.toFixed(5))).toEqual([
        "0.97500",
        "0.98750",
        "0.99375",
        "0.99375",
      ]);
      expect(policy()?.switchedOff).toMatch(/1 of 1 .*semantic\.maxErrorRate, 0\.02/);
      expect([await ask("e"), await ask("E")]).toEqual(["miss", "miss"]);
    });

    it("proves nothing when the server fails", async () => {
      await wrong();
      await ask("Cats");
      world.answer = async () => textAnswer("no", { isError: true });
      expect(await ask("cats")).toBe("l3");
      const { semantic: state } = gateway.caches.policy(world.tool("users__find"));
      expect(state?.effectiveThreshold).toBe(0.95);
    });
  });
});
