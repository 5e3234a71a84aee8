import type { Terminal } from "../host.ts";
import { isTerminal } from "../screen.ts";
import { createStyle } from "../text/style.ts";
import { singleLine, terminalSafe } from "../text/safe-text.ts";
import type { Failure } from "./failure.ts";

/** Tells a failure on standard error: what and how to mend it, or with `json` its problem document. */
export function tellFailure(failure: Failure, terminal: Terminal, json: boolean): void {
  const { errors } = terminal;
  const { what, details, hint, document } = failure;
  if (json) {
    const text = document instanceof Uint8Array ? document : JSON.stringify(document);
    errors.write(Buffer.concat([Buffer.from(text), Buffer.from("\n")]));
    return;
  }
  const style = createStyle(isTerminal(errors) && terminal.errorsColour);
  errors.write(`${style("red", "error:")} ${terminalSafe(what)}\n`);
  for (const detail of details) errors.write(`  ${singleLine(detail)}\n`);
  errors.write(`${style("cyan", "hint:")} ${singleLine(hint)}\n`);
}
