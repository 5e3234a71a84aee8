import type { z } from "zod";
import type { serverSchema } from "../../../contract/index.ts";
import { formatDuration } from "../text/quantities.ts";
import { singleLine } from "../text/safe-text.ts";
import { indented } from "../text/wrap.ts";
import { type Canvas, type Column, renderTable } from "../text/table.ts";
import type { Paint } from "../text/style.ts";

export type Server = z.output<typeof serverSchema>;

const PAINT: Readonly<Record<Server["state"], Paint>> = {
  ready: "green",
  connecting: "yellow",
  degraded: "yellow",
  disconnected: "red",
  "needs-auth": "red",
  disabled: "dim",
};

const COLUMNS: readonly Column<Server>[] = [
  { title: "SERVER", value: ({ id }) => id },
  { title: "STATE", value: ({ state }) => state, paint: ({ state }) => PAINT[state] },
  { title: "TOOLS", value: ({ tools }) => String(tools), align: "right" },
  { title: "OVER", value: ({ transport }) => transport ?? "" },
  { title: "WHERE", value: ({ target }) => target ?? "", flexible: true },
];

/** Servers, one a line; below, what is to be said of some. Columns that would be empty are left out. */
export function renderServers(servers: readonly Server[], canvas: Canvas): string {
  if (servers.length === 0) {
    return "There are no servers. Add one with switchboard servers add, or import with switchboard servers import.";
  }
  const columns = COLUMNS.filter(({ value }) => servers.some((server) => value(server) !== ""));
  const notes = servers.filter((server) => noteOf(server) !== "");
  if (notes.length === 0) return renderTable(servers, columns, canvas);
  const lines = notes.map((server) =>
    indented(singleLine(`${server.id}: ${noteOf(server)}`), "  ", canvas.width).slice(2),
  );
  return [renderTable(servers, columns, canvas), "", ...lines].join("\n");
}

/** A server's state in a sentence. */
export function describeServer(server: Server): string {
  const { id, state, tools } = server;
  const note = noteOf(server);
  const known = state === "ready" ? `, ${tools} tools` : "";
  return `${id} is ${state}${known}${note === "" ? "." : `: ${note}`}`;
}

function noteOf({ reason, circuit, retryInMs }: Server): string {
  const open = circuit.state === "closed" ? undefined : `circuit ${circuit.state}`;
  const again = retryInMs === undefined ? undefined : `retry in ${formatDuration(retryInMs)}`;
  return [reason, open, again].filter((part) => part !== undefined && part !== "").join("; ");
}
