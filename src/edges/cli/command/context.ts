import type { CliHost, GlobalFlags } from "../host.ts";
import type { Screen } from "../screen.ts";

/** What every command is handed. */
export interface CommandContext {
  readonly host: CliHost;
  readonly flags: GlobalFlags;
  readonly screen: Screen;
  /** Aborts when the program is told to stop. */
  readonly signal: AbortSignal;
}
