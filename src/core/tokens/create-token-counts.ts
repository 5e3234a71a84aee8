import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import { createSingleFlight } from "../../kernel/single-flight.ts";
import type { Catalog } from "../catalog/index.ts";
import { createCountLedger } from "./count-ledger.ts";
import { TOKEN_COUNTS_DEFAULTS, type TokenCountsOptions } from "./options.ts";
import type { TokenCounts, TokenReport } from "./token-counts.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What token counts are made from. */
export interface TokenCountsDeps {
  readonly catalog: Catalog;
  readonly tokenizer: Tokenizer;
  /** The discovery surface as it is now: the JSON of each of its tools, as `tools/list` gives it. */
  readonly surface: () => readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Makes the token counts of the catalogue. A definition is counted as compact JSON, once for each
 * fingerprint; in the background after changes, and when a report is asked for. Disposing stops the
 * background; the tokenizer is the caller's.
 */
export function createTokenCounts(
  options: Partial<TokenCountsOptions>,
  deps: TokenCountsDeps,
): TokenCounts & Disposable {
  const settings = { ...TOKEN_COUNTS_DEFAULTS, ...options };
  const { catalog, tokenizer } = deps;
  const ledger = createCountLedger(tokenizer, settings.maxCounts);
  const flights = createSingleFlight<TokenReport>();
  let total: { version: number; tokens: number } | undefined;

  async function count(signal: AbortSignal): Promise<TokenReport> {
    await ledger.countMissing(catalog, signal);
    const surface = await tokenizer.count(deps.surface(), { signal });
    const servers = catalog.servers().map(({ id }) => {
      const tools = catalog.toolsOf(id);
      return { id, tools: tools.length, tokens: ledger.sumOf(tools) };
    });
    const catalogue = servers.reduce((sum, server) => sum + server.tokens, 0);
    total = { version: catalog.version, tokens: catalogue };
    return {
      catalogue,
      surface: surface.reduce((sum, tokens) => sum + tokens, 0),
      servers,
      tokenizer: tokenizer.name,
    };
  }

  const report = async (signal: AbortSignal): Promise<TokenReport> =>
    (await flights.run("report", signal, count)).value;
  const background = settings.countInBackground
    ? countAfterChanges({ deps, delayMs: settings.delayMs, run: report })
    : undefined;

  return {
    get catalogueTokens() {
      if (total === undefined) return 0;
      if (total.version !== catalog.version) {
        total = { version: catalog.version, tokens: ledger.sumOf(catalog.tools()) };
      }
      return total.tokens;
    },
    ofFingerprint: ledger.ofFingerprint,
    report,
    [Symbol.dispose]: () => background?.[Symbol.dispose](),
  };
}

/** Runs a while after the first change not counted yet; a failure is logged and tried at the next one. */
function countAfterChanges({
  deps: { catalog, clock, log },
  delayMs,
  run,
}: {
  readonly deps: TokenCountsDeps;
  readonly delayMs: number;
  readonly run: (signal: AbortSignal) => Promise<unknown>;
}): Disposable {
  const stopped = new AbortController();
  let timer: Timer | undefined;

  async function runNow(): Promise<void> {
    timer = undefined;
    try {
      await run(stopped.signal);
    } catch (error) {
      if (stopped.signal.aborted) return;
      log.warn({ err: error }, "The tokens of the catalogue could not be counted.");
    }
  }

  function runSoon(): void {
    timer ??= clock.after(delayMs, () => void runNow());
  }

  const subscription = catalog.onChange(runSoon);
  if (catalog.size > 0) runSoon();
  return {
    [Symbol.dispose]() {
      subscription[Symbol.dispose]();
      timer?.[Symbol.dispose]();
      stopped.abort(new Error("token counting was stopped"));
    },
  };
}
