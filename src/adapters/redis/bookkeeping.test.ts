import { describe, expect, it } from "vitest";
import { createFakeClock } from "../../kernel/fake-clock.ts";
import { formatGeneration, readGeneration, readStamp, stampOf } from "./generation.ts";
import { createHealth } from "./health.ts";
import { createKeyspace } from "./keyspace.ts";
import { formatMessage, readMessage } from "./messages.ts";
import { REDIS_DEFAULTS } from "./options.ts";
import { OwedInvalidations } from "./owed-invalidations.ts";
import { ReadsUnderWay } from "./reads-under-way.ts";
import { readRedisPlace } from "./redis-place.ts";
import { describeTrouble } from "./redis-trouble.ts";

describe("a generation", () => {
  it("goes through the core as a text and comes back", () => {
    const stamp = stampOf("17.3", [Buffer.from("5"), null], ["server:a", 'tag:"[,']);
    const generation = { askedAt: 1_700_000_000_123, stamp };
    expect(readGeneration(formatGeneration(generation))).toEqual(generation);
    expect(readStamp(stamp)).toEqual({ generations: "17.3,5,0", scopes: ["server:a", 'tag:"[,'] });
  });

  it.each(["", "0", "[", "x[1]", "12"])("is not read from %j", (text) => {
    expect(readGeneration(text)).toBeUndefined();
  });

  it("differs when scopes, their order, their counts or the epoch do", () => {
    const one = [Buffer.from("1")];
    const stamps = [
      stampOf("e", [...one, null], ["a", "b"]),
      stampOf("e", [...one, null], ["b", "a"]),
      stampOf("e", [null, ...one], ["a", "b"]),
      stampOf("f", [...one, null], ["a", "b"]),
      stampOf("e", one, ["a"]),
    ];
    expect(new Set(stamps).size).toBe(stamps.length);
  });
});

describe("the key space", () => {
  it("has one part on a single server, and many in a cluster, each in one slot", () => {
    expect(createKeyspace("p:", { kind: "single", db: 2 }).buckets).toHaveLength(1);
    const { buckets, bucketOf } = createKeyspace("p:", { kind: "cluster" });
    const used = new Set(Array.from({ length: 2_000 }, (_, index) => bucketOf(`key ${index}`)));
    expect(used.size).toBe(buckets.length);
    for (const { generations, newest, entry, lease } of buckets) {
      const tag = /\{\d+\}/.exec(generations)![0];
      for (const name of [newest, entry("{k}"), lease("k")]) expect(name.indexOf(tag)).toBe(2);
    }
    expect(bucketOf("k")).toBe(bucketOf("k"));
  });
});

describe("health", () => {
  it("is lost after three failures in a row", async () => {
    const clock = createFakeClock();
    const health = createHealth(100, clock);
    const verdicts: boolean[] = [];
    for (let failure = 0; failure < 3; failure++) {
      verdicts.push(health.failed());
      await clock.advance(100);
    }
    expect(verdicts).toEqual([false, false, true]);
  });

  it("counts as one what fails together", () => {
    const health = createHealth(100, createFakeClock());
    const verdicts = Array.from({ length: 1_000 }, () => health.failed());
    expect(new Set(verdicts)).toEqual(new Set([false]));
  });

  it("is lost when one answer in five is missing, and kept when it is one in fifty", async () => {
    const lastsFor = async (answers: number): Promise<number> => {
      const clock = createFakeClock();
      const health = createHealth(100, clock);
      for (let rounds = 1; rounds <= 100; rounds++) {
        if (health.failed()) return rounds;
        for (let answer = 0; answer < answers; answer++) health.answered();
        await clock.advance(1_000);
      }
      return Infinity;
    };
    expect(await lastsFor(4)).toBeLessThan(10);
    expect(await lastsFor(49)).toBe(Infinity);
  });
});

describe("what is owed", () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);

  it("waits until it is taken, and waits again when its way is lost", () => {
    const owed = new OwedInvalidations(createFakeClock());
    expect(owed.isWaiting).toBe(false);
    owed.owe(["a", "b"], []);
    owed.owe(["a"], ["k"]);
    const debt = owed.take();
    expect(owed.isWaiting).toBe(false);
    expect(debt).toMatchObject({ scopes: new Set(["a", "b"]), keys: new Set(["k"]) });
    owed.giveBack();
    expect(owed.isWaiting).toBe(true);
  });

  it("waits again when a Redis is lost that confirmed it seconds ago, since its successor may not know", async () => {
    const clock = createFakeClock();
    const owed = new OwedInvalidations(clock);
    const pay = (scope: string) => {
      owed.owe([scope], []);
      owed.paid(owed.take());
    };
    pay("old");
    await clock.advance(9_000);
    pay("recent");
    pay("more recent");
    await clock.advance(5_000);
    owed.giveBack();
    expect(owed.take().scopes).toEqual(new Set(["recent", "more recent"]));
  });

  it("is forgotten when it was paid long ago", async () => {
    const clock = createFakeClock();
    const owed = new OwedInvalidations(clock);
    owed.owe(["a"], []);
    owed.paid(owed.take());
    await clock.advance(12_000);
    owed.giveBack();
    expect(owed.isWaiting).toBe(false);
  });

  it("becomes everything when it is too much to name", () => {
    const owed = new OwedInvalidations(createFakeClock());
    owed.owe(names(10_001), []);
    owed.owe(["one more"], []);
    expect(owed.take()).toEqual({ scopes: new Set(), keys: new Set(), isAll: true });
    owed.giveBack();
    expect(owed.take().isAll).toBe(true);
  });
});

describe("a look-up under way", () => {
  it("is overtaken by what is about it", () => {
    const reads = new ReadsUnderWay();
    using read = reads.begin("k", ["a", "b"]);
    reads.overtake({ scopes: ["c"] });
    reads.overtake({ key: "other" });
    expect(read.isOvertaken).toBe(false);
    for (const what of [{ scopes: ["c", "b"] }, { key: "k" }, "all"] as const) {
      using another = reads.begin("k", ["b"]);
      reads.overtake(what);
      expect(another.isOvertaken).toBe(true);
    }
  });
});

describe("messages between replicas", () => {
  it("are read as they were written", () => {
    for (const message of [{ scopes: ["a"] }, { key: "k" }, { released: "k" }, { all: true }]) {
      const text = formatMessage("me", message as { key: string });
      expect(readMessage(text)).toEqual({ from: "me", ...message });
    }
  });

  it.each(["", "null", "[]", '{"from":1,"scopes":[2]}', '{"from":"x","later":1}', "{"])(
    "mean everything when they are not understood: %s",
    (text) => {
      expect(readMessage(text)).toMatchObject({ all: true });
    },
  );
});

describe("a reason", () => {
  it("is put in words, without the secrets", () => {
    const options = { ...REDIS_DEFAULTS, url: "redis://redis.test", password: "sesame" };
    const place = readRedisPlace(options)!;
    const error = new Error("WRONGPASS invalid username-password pair sesame");
    expect(describeTrouble(error, { place, options })).toBe(
      "it refuses the user name or password (WRONGPASS invalid username-password pair [redacted])",
    );
  });
});
