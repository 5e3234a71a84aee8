import { startChild } from "../support/child.ts";
import { median } from "../support/statistics.ts";
import { openGateway, type InProcessGateway } from "./in-process-gateway.ts";

const ROUNDS = 15;
const WARM_UP_ROUNDS = 5;
const CALLS = 20_000;
const DISTINCT = 1_000;

/** What a whole call that a tier answers takes, through all stages of the pipeline. */
export interface HitCost {
  readonly hit: string;
  /** Median of the rounds' means, in microseconds. */
  readonly microseconds: number;
  /** The same of the processor time, which other work on the machine does not add to. */
  readonly cpuMicroseconds: number;
  readonly budget: string;
}

/** Hits of memory and of the semantic cache, with the built-in embedder. */
export async function measureHitsInProcess(upstreamScript: string): Promise<HitCost[]> {
  await using upstream = await startChild(["--import", "tsx", upstreamScript], /^http/);
  const setup = { serverUrl: upstream.line, tool: "look_up" };
  await using exact = await openGateway({ ...setup, cache: { ttlMs: 3_600_000 } });
  const semantic = { enabled: true, verifyRatio: 0 };
  await using near = await openGateway({ ...setup, cache: { ttlMs: 3_600_000, semantic } });
  return [
    {
      hit: "L1, arguments of 40 B",
      ...(await measure(exact, "l1", (n) => `{"text":"hello number ${n}","limit":10}`)),
      budget: "≤ 10 µs",
    },
    {
      hit: "L1, arguments of 2 kB",
      ...(await measure(exact, "l1", (n) => longArguments(n))),
      budget: "",
    },
    {
      hit: "L3, among 1,000 calls",
      ...(await measure(near, "l3", (n, isRepeat) => nearArguments(n, isRepeat))),
      budget: "≤ 500 µs",
    },
  ];
}

/** Fills the cache with distinct calls, and makes them again, in the same words or in others. */
async function measure(
  gateway: InProcessGateway,
  tier: string,
  argumentsOf: (number: number, isRepeat: boolean) => string,
): Promise<Pick<HitCost, "microseconds" | "cpuMicroseconds">> {
  const numbers = Array.from({ length: DISTINCT }, (_, number) => number);
  for (const number of numbers) await gateway.call(argumentsOf(number, false));
  const repeats = numbers.map((number) => argumentsOf(number, true));
  const rounds: number[] = [];
  const cpuRounds: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();
    for (let at = 0; at < CALLS; at++) {
      const { meta } = await gateway.call(repeats[at % DISTINCT]!);
      if (meta.cache !== tier) throw new Error(`${meta.cache} instead of ${tier}`);
    }
    if (round < WARM_UP_ROUNDS) continue;
    rounds.push(((performance.now() - startedAt) * 1_000) / CALLS);
    const { user, system } = process.cpuUsage(cpuBefore);
    cpuRounds.push((user + system) / CALLS);
  }
  return { microseconds: typical(rounds), cpuMicroseconds: typical(cpuRounds) };
}

function typical(values: readonly number[]): number {
  return Number(median(values).toFixed(1));
}

function longArguments(number: number): string {
  const rows = Array.from({ length: 40 }, (_, row) => ({
    id: row,
    name: `row ${row} of ${number}`,
  }));
  return JSON.stringify({ rows, text: `query ${number}`, isExact: true });
}

const THINGS = "harbour mountain river invoice customer planet garden kitchen winter bottle".split(
  " ",
);

function nearArguments(number: number, isRepeat: boolean): string {
  const thing = (place: number): string => THINGS[Math.floor(number / 10 ** place) % 10]!;
  const query = `${thing(0)} ${thing(1)} in ${thing(2)}`;
  const text = isRepeat ? `Could you please show me the ${query}?` : query;
  return JSON.stringify({ limit: 5, text });
}
