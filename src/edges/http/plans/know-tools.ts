import type { Gateway } from "../../../core/gateway.ts";
import { awaitTools } from "../../../core/plans/index.ts";
import { rawJson } from "../../../kernel/raw-json.ts";

/** Waits for servers that connect for the first time and whose tools the plan of a request names. */
export async function knowTools(
  gateway: Pick<Gateway, "catalog" | "upstreams" | "clock">,
  { body, gone }: { readonly body: Uint8Array; gone(): AbortSignal },
): Promise<void> {
  await awaitTools(rawJson(body), { ...gateway, planOf: () => undefined }, gone());
}
