import type { Clock } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import { createExpiringStore } from "../../kernel/expiring-store.ts";
import type { Random } from "../../kernel/random.ts";
import { principalKey } from "../access/index.ts";
import { toDocument, type ResultDocument } from "./document.ts";
import { RESULTS_DEFAULTS, type ResultsOptions } from "./options.ts";
import { checkReadRequest, readPage } from "./read-page.ts";
import type { Results } from "./results.ts";

/**
 * Makes the store of large results, in memory. Full, it forgets the oldest; expired ones are dropped
 * by a timer, which disposing stops.
 */
export function createResults(
  options: Partial<ResultsOptions>,
  deps: { readonly clock: Clock; readonly random: Random },
): Results & Disposable {
  const settings = { ...RESULTS_DEFAULTS, ...options };
  const { maxStoredBytes, maxStoredResults, ttlMs } = settings;
  const store = createExpiringStore<{ document: ResultDocument; owner: string }>(
    { maxBytes: maxStoredBytes, maxEntries: maxStoredResults, ttlMs },
    deps,
  );

  return {
    maxInlineBytes: settings.maxInlineBytes,
    previewBytes: settings.previewBytes,
    put(body, principal) {
      const document = toDocument(body);
      const bytes = document.bytes.length;
      if (bytes > maxStoredBytes) {
        const text = `A result of ${bytes} bytes does not fit into the store of ${maxStoredBytes} bytes.`;
        throw new GatewayError("payload-too-large", text, { limitBytes: maxStoredBytes });
      }
      const handle = `r_${deps.random.hex(16)}`;
      store.add(handle, { document, owner: principalKey(principal) }, bytes);
      const expiresAt = deps.clock.now() + ttlMs;
      return { handle, bytes, mimeType: document.mimeType, expiresAt };
    },
    read(handle, request, principal) {
      checkReadRequest(request);
      const entry = store.get(handle);
      if (entry?.owner !== principalKey(principal)) throw unknownResult(handle);
      return { handle, ...readPage(entry.document, request, settings.maxPathInputBytes) };
    },
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}

function unknownResult(handle: string): GatewayError {
  const shown = JSON.stringify(handle.slice(0, 80));
  return new GatewayError(
    "unknown-result",
    `No result is stored under ${shown}: it has expired, made way for others, or never was. Call the tool again.`,
    { handle },
  );
}
