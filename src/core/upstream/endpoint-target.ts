import type { EndpointSpec } from "./server-spec.ts";

/** Programs whose first argument says more than their own name: it is a package or a script. */
const RUNNERS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "npx",
  "bunx",
  "uvx",
  "pipx",
  "node",
  "bun",
  "deno",
  "python",
  "python3",
  "tsx",
]);

/** Names an endpoint for people: the URL without credentials and query, or the command. */
export function endpointTarget(endpoint: EndpointSpec): string {
  if (endpoint.transport !== "stdio") return urlTarget(endpoint.url);
  const { command, args } = endpoint.launch;
  const program = command.slice(command.lastIndexOf("/") + 1);
  const subject = RUNNERS.has(program) ? args.find((arg) => !arg.startsWith("-")) : undefined;
  return subject === undefined ? command : `${command} ${subject}`;
}

function urlTarget(text: string): string {
  if (!URL.canParse(text)) return "(not a URL)";
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
