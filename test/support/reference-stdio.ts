import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createServerV1 } from "./reference-server-v1.ts";
import { createServerV2 } from "./reference-server-v2.ts";
import { createReferenceState } from "./reference-state.ts";

// Run by referenceEntry: the reference server on stdin and stdout, in the era named by its argument.
const state = createReferenceState();
const era = process.argv[2];
if (era === "legacy") {
  await createServerV1(state).connect(new StdioServerTransport());
} else {
  serveStdio(() => createServerV2(state), { legacy: era === "modern" ? "reject" : "serve" });
}
