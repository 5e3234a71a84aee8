import { parseArgs } from "node:util";

/** How the users server was asked to run. */
export type Options = { data: string } & (
  | { transport: "stdio" }
  | { transport: "ws"; host: string; port: number }
);

export const usage = `Usage: node --import tsx examples/users/main.ts [--stdio | --host HOST --port PORT] [--data FOLDER]

  --stdio        speak MCP on stdin and stdout
  --host HOST    listen for WebSockets on this address   (default 127.0.0.1)
  --port PORT    and on this port, 0 for a free one      (default 8711)
  --data FOLDER  keep users.db here; :memory: keeps nothing (default .switchboard/users)
`;

/** Reads the command line. @throws Error that says which argument is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      stdio: { type: "boolean", default: false },
      host: { type: "string" },
      port: { type: "string" },
      data: { type: "string", default: ".switchboard/users" },
    },
  });
  if (values.data === "") {
    throw new Error("--data must name a folder, or be :memory:");
  }
  if (!values.stdio) {
    return {
      transport: "ws",
      host: values.host ?? "127.0.0.1",
      port: parsePort(values.port ?? "8711"),
      data: values.data,
    };
  }
  if (values.host !== undefined || values.port !== undefined) {
    throw new Error("--stdio does not listen: leave out --host and --port");
  }
  return { transport: "stdio", data: values.data };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new Error(`--port must be a number from 0 to 65535, but is "${text}"`);
  }
  return port;
}
