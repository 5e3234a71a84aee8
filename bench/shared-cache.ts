import { parseArgs } from "node:util";
import { measureSharedHits } from "./cache/shared-hits.ts";

const HELP = `How long a hit of the shared cache (L2) takes, against a plain ioredis GET of the same body.

  npm run bench:shared-cache -- [--reads N] [--json]

Starts a redis-server of its own on loopback; both sides take turns in one run, each read waits for
the one before. "at once" is reads a second with 64 under way.
`;

const { values } = parseArgs({
  options: {
    reads: { type: "string", default: "500" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(HELP);
else {
  const rows = await measureSharedHits(Number(values.reads));
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  else console.table(rows);
}
