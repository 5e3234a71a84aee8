import { isJsonObject } from "../../kernel/json.ts";
import { toRawJson, type RawJson } from "../../kernel/raw-json.ts";
import { encodeCall, encodeResponse } from "../../mcp/encode.ts";
import type { RpcId } from "../../mcp/frame.ts";
import { META } from "../../mcp/meta-keys.ts";
import type { ServerIdentity } from "./methods.ts";

/** What a `subscriptions/listen` asks for, as far as we can serve it. */
export interface ListenFilter {
  readonly toolsListChanged: boolean;
}

/** Reads the filter; `undefined` when `params.notifications` is missing or no object. */
export function readListenFilter(params: RawJson | undefined): ListenFilter | undefined {
  const value = params?.value();
  const filter = isJsonObject(value) ? value["notifications"] : undefined;
  if (!isJsonObject(filter)) return undefined;
  return { toolsListChanged: filter["toolsListChanged"] === true };
}

/** The first message of a subscription: what of the filter is honoured. */
export function acknowledgedFrame(id: RpcId, filter: ListenFilter): Buffer {
  return encodeCall({
    method: "notifications/subscriptions/acknowledged",
    params: toRawJson({
      notifications: filter.toolsListChanged ? { toolsListChanged: true } : {},
      _meta: { [META.subscriptionId]: id },
    }),
  });
}

/** A changed tool list, told to one subscription, or to a legacy session (no id). */
export function toolsChangedFrame(id?: RpcId): Buffer {
  const params =
    id === undefined ? {} : { params: toRawJson({ _meta: { [META.subscriptionId]: id } }) };
  return encodeCall({ method: "notifications/tools/list_changed", ...params });
}

/** The answer that ends a subscription from our side. */
export function subscriptionEndFrame(id: RpcId, identity: ServerIdentity): Buffer {
  const result = {
    resultType: "complete",
    _meta: { [META.subscriptionId]: id, [META.serverInfo]: identity },
  };
  return encodeResponse(id, toRawJson(result).bytes);
}
