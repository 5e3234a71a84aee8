import { rawStdioEntry } from "./raw-server/index.ts";
import { createUpstreamRig, specOf, stdio } from "./upstream-rig.ts";

// Run by the test of the reaper: holds a server with children until it is killed, and tells their ids.
const rig = createUpstreamRig();
await rig.connect([specOf("s", stdio(rawStdioEntry({ stubborn: true, children: 2 })))]);
const [status] = rig.upstreams.statuses();
process.stdout.write(`${JSON.stringify({ groups: status?.pids, reaper: rig.groups.reaperPid })}\n`);
setInterval(() => undefined, 60_000);
