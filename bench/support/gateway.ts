// The gateway of a bench, in a process of its own: node --import tsx bench/support/gateway.ts CONFIG
import { runDaemon } from "../../src/app/daemon.ts";
import { stopSignal } from "../../src/app/cli/stop-signal.ts";

await runDaemon({
  sources: { flags: { config: process.argv[2] } },
  version: "bench",
  signal: stopSignal(),
  onReady: ({ url }) => console.log(`ready ${url}`),
});
