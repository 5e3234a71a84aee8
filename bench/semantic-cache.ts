import { parseArgs } from "node:util";
import { createBuiltinEmbedder } from "../src/adapters/embedding/builtin/index.ts";
import type { EmbedderLoad } from "../src/adapters/embedding/embedder-load.ts";
import { loadOpenaiEmbedder } from "../src/adapters/embedding/openai/index.ts";
import { loadTransformersEmbedder } from "../src/adapters/embedding/transformers/transformers-embedder.ts";
import type { Embedder } from "../src/core/discovery/index.ts";
import { createSystemClock } from "../src/kernel/clock.ts";
import { createSilentLogger } from "../src/kernel/log.ts";
import {
  calibratedJudge,
  cosineJudge,
  entitiesJudge,
  indexJudge,
  type Judge,
} from "./semantic-cache/judges.ts";
import { PARTS, readPairs, type LabelledPair } from "./semantic-cache/labelled-pairs.ts";
import { indexCost } from "./semantic-cache/latency.ts";
import { ratesOf, wilsonInterval, type Share } from "./semantic-cache/rates.ts";

const HELP = `What the semantic cache finds on labelled pairs of requests, and what it finds wrongly.

  npm run bench:semantic-cache -- [--provider builtin|transformers|openai] [--model NAME]
      [--modelPath DIR] [--url URL] [--wrong]

Shares with their 95 % Wilson intervals. The last lines of the first table say from which cosine on
the model could judge other words (embedding.sameMeaningAbove). --wrong lists the wrong hits.
`;

const CALIBRATIONS = [0.8, 0.9, 0.95, 0.97, 0.99] as const;

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      provider: { type: "string", default: "builtin" },
      model: { type: "string" },
      modelPath: { type: "string" },
      url: { type: "string" },
      wrong: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  await using embedder = await openEmbedder(values);
  print(`Model: ${embedder.model.id}\n`);
  for (const part of PARTS) {
    const pairs = readPairs(part);
    print(`${part}: ${pairs.length} pairs`);
    for (const [name, judge] of Object.entries(judgesOf(embedder))) {
      print(await line(name, pairs, judge));
    }
    print("");
  }
  await printKinds(embedder, values.wrong);
  await printCost(embedder);
}

function judgesOf(embedder: Embedder): Record<string, Judge> {
  const calibrated = CALIBRATIONS.map(
    (from) => [`entities, cosine ≥ ${from}`, calibratedJudge(embedder, from)] as const,
  );
  return {
    "the index": indexJudge(embedder),
    "cosine alone ≥ 0.95": cosineJudge(embedder, 0.95),
    "entities alone": entitiesJudge,
    ...Object.fromEntries(calibrated),
  };
}

async function printKinds(embedder: Embedder, listsWrong: boolean): Promise<void> {
  const pairs = PARTS.flatMap(readPairs);
  print("the index, both parts, by kind");
  for (const kind of new Set(pairs.map((pair) => pair.kind))) {
    print(
      await line(
        kind,
        pairs.filter((pair) => pair.kind === kind),
        indexJudge(embedder),
      ),
    );
  }
  if (!listsWrong) return;
  const { wrong } = await ratesOf(pairs, indexJudge(embedder));
  for (const { a, b } of wrong) print(`  wrong: ${a} | ${b}`);
}

async function printCost(embedder: Embedder): Promise<void> {
  print("\na hit among entries of one tool   p50 ms   p95 ms   bytes/entry");
  for (const entries of [100, 10_000]) {
    const cost = await indexCost(embedder, entries);
    const figures = [cost.p50Ms.toFixed(3), cost.p95Ms.toFixed(3), cost.bytesPerEntry.toFixed(0)];
    print(
      `${String(entries).padStart(33)}   ${figures.map((each) => each.padStart(6)).join("   ")}`,
    );
  }
}

async function line(name: string, pairs: readonly LabelledPair[], judge: Judge): Promise<string> {
  const { hits, wrongHits } = await ratesOf(pairs, judge);
  return `  ${name.padEnd(24)} hits ${share(hits)}   wrong hits ${share(wrongHits)}`;
}

function share(value: Share): string {
  if (value.of === 0) return "–".padEnd(36);
  const { from, to } = wilsonInterval(value);
  const interval = `[${percent(from)}, ${percent(to)}]`;
  return `${value.count}/${value.of} = ${percent(value.count / value.of)} ${interval}`.padEnd(36);
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

async function openEmbedder(
  values: Readonly<Record<string, string | boolean | undefined>>,
): Promise<Embedder> {
  const { signal } = new AbortController();
  const clock = createSystemClock();
  const named = Object.entries(values).filter(([name]) =>
    ["model", "modelPath", "url"].includes(name),
  );
  const options = Object.fromEntries(named);
  let load: EmbedderLoad;
  if (values["provider"] === "openai") load = await loadOpenaiEmbedder(options, { clock }, signal);
  else if (values["provider"] === "transformers") {
    const deps = { cacheDir: ".switchboard/models", clock, log: createSilentLogger() };
    load = await loadTransformersEmbedder(options, deps, signal);
  } else load = { kind: "ready", embedder: createBuiltinEmbedder() };
  if (load.kind === "ready") return load.embedder;
  throw new Error(load.message);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
