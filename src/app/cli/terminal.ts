import type { Terminal } from "../../edges/cli/host.ts";
import { readEnvironment } from "../../config/index.ts";

/** This process's own terminal. Colour is left out where it is not wanted (https://no-color.org). */
export function createTerminal(): Terminal {
  const { variables } = readEnvironment();
  const wanted = (variables["NO_COLOR"] ?? "") === "" && variables["TERM"] !== "dumb";
  const { stdin, stdout, stderr } = process;
  // A reader that has gone (`switchboard tools | head`) is no failure.
  for (const stream of [stdout, stderr]) stream.on("error", ignoreBrokenPipe);
  return {
    input: stdin,
    output: stdout,
    errors: stderr,
    outputColour: wanted && stdout.isTTY,
    errorsColour: wanted && stderr.isTTY,
    columns: stdout.columns ?? 100,
  };
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
