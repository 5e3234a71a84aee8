import path from "node:path";
import { parseArgs } from "node:util";
import { measureCoalescing } from "./cache/coalescing.ts";
import { measureEntrySize } from "./cache/entry-size.ts";
import { measureHitsInProcess } from "./cache/hits-in-process.ts";
import { measureServedHits } from "./cache/served-hits.ts";
import { measureSharedHits } from "./cache/shared-hits.ts";
import { measureZipf } from "./cache/zipf.ts";

const HELP = `What the caches of tool results cost and spare.

  npm run bench:cache -- [--only PART] [--json]

Parts: in-process (a whole call that L1 or L3 answers), served (the daemon's answers from L1 over REST
and MCP against the same server called directly, 64 clients), shared (L2 against a plain ioredis GET),
zipf (a workload, in virtual time), coalescing (100 equal calls at once), memory (what an entry takes).
All but zipf and memory measure the product as it is built. Needs redis-server on the PATH.
`;

const UPSTREAM = path.join(import.meta.dirname, "support/echo-upstream.ts");
const BODY_BYTES = [200, 2_000, 20_000] as const;

const PARTS: Readonly<Record<string, () => object[] | Promise<object[]>>> = {
  "in-process": () => measureHitsInProcess(UPSTREAM),
  served: () => measureServedHits(UPSTREAM),
  shared: () => measureSharedHits(500),
  zipf: measureZipf,
  coalescing: measureCoalescing,
  memory: () => BODY_BYTES.map(measureEntrySize),
};

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(HELP);
else await run(values.only === undefined ? Object.keys(PARTS) : [values.only]);

async function run(names: readonly string[]): Promise<void> {
  const results: Record<string, object[]> = {};
  for (const name of names) {
    const part = PARTS[name];
    if (part === undefined) throw new Error(`There is no part ${name}.\n\n${HELP}`);
    results[name] = await part();
    if (!values.json) {
      console.log(name);
      console.table(results[name]);
    }
  }
  if (values.json) console.log(JSON.stringify(results, null, 2));
}
