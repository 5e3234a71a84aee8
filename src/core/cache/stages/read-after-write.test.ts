import { describe, expect, it } from "vitest";
import {
  createCacheWorld,
  textAnswer,
  type CacheWorld,
  type Replica,
} from "../../../../test/support/cache-world.ts";
import { createFakeSharedStore } from "../../../../test/support/fakes/fake-shared-cache.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { createSeededRandom } from "../../../kernel/random.ts";

const STEPS = 150;
const MODES = ["default", "default", "default", "bypass", "refresh"] as const;

type Choose = <Value>(of: readonly Value[]) => Value;

/** Servers tell and change their version somewhere between the question and the answer. */
function answerInTime(world: CacheWorld, choose: Choose): void {
  const pause = (): Promise<void> =>
    new Promise((done) => void world.clock.after(choose([1, 5, 20, 40]), done));
  world.answer = async ({ tool }) => {
    await pause();
    if (tool === "set") world.version += 1;
    const text = `v${world.version}`;
    await pause();
    return textAnswer(text);
  };
}

function makeReplicas(world: CacheWorld, choose: Choose): readonly Replica[] {
  const store = choose([true, true, false]) ? createFakeSharedStore(world.clock) : undefined;
  const make = (): Replica =>
    world.replica({
      options: { earlyRefresh: choose([0, 1]), leaseWaitMs: choose([0, 50]) },
      ...(store !== undefined && { shared: store.connect() }),
    });
  return store === undefined ? [make()] : [make(), make()];
}

/** Reads that were answered with less than a write that had ended before they began. */
async function findOldReads(seed: number): Promise<string[]> {
  const random = createSeededRandom(seed);
  const choose: Choose = (of) => of[Math.floor(random.next() * of.length)]!;
  await using world = createCacheWorld({
    users: {
      ttlMs: choose([50, 500]),
      staleWhileRevalidateMs: choose([0, 400]),
      scope: choose(["identity", "tenant"] as const),
      ignoreArguments: choose([[], ["requestId"]]),
    },
  });
  answerInTime(world, choose);
  const replicas = makeReplicas(world, choose);
  const old: string[] = [];
  let written = 1;

  const versionOf = (gist: string): number => Number(/^v(\d+)/.exec(gist)?.[1]);
  const write = async (): Promise<void> => {
    const gist = await choose(replicas).ask("users__set");
    written = Math.max(written, versionOf(gist));
  };
  const read = async (): Promise<void> => {
    const least = written;
    const args = JSON.stringify({ id: choose([1, 2]), requestId: choose([1, 2, 3]) });
    const [cache, caller] = [choose(MODES), principal(choose(["p", "q"]))];
    const gist = await choose(replicas).ask("users__get", { args, cache, principal: caller });
    if (!(versionOf(gist) >= least)) old.push(`${gist} after v${least} (${cache})`);
  };
  const calls: Promise<void>[] = [];
  for (let step = 0; step < STEPS; step++) {
    calls.push(random.next() < 0.1 ? write() : read());
    await world.clock.advance(choose([0, 1, 5, 25]));
  }
  await world.clock.advance(1_000);
  await Promise.all(calls);
  return old;
}

describe("a read that begins after a write has ended", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    "never says what was before it, whatever happens at once (seed %i)",
    async (seed) => {
      expect(await findOldReads(seed)).toEqual([]);
    },
  );
});
