import type { RawJson } from "../kernel/raw-json.ts";
import type { RpcError, RpcId } from "./frame.ts";

/** Writes a request or, without an id, a notification; params are spliced in as they are. */
export function encodeCall(call: { id?: RpcId; method: string; params?: RawJson }): Buffer {
  const id = call.id === undefined ? "" : `"id":${JSON.stringify(call.id)},`;
  const head = `{"jsonrpc":"2.0",${id}"method":${JSON.stringify(call.method)}`;
  if (call.params === undefined) return Buffer.from(`${head}}`);
  return Buffer.concat([Buffer.from(`${head},"params":`), call.params.bytes, Buffer.from("}")]);
}

/** Writes a successful answer; the result is spliced in as it is. */
export function encodeResponse(id: RpcId, result: Uint8Array): Buffer {
  const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`;
  return Buffer.concat([Buffer.from(head), result, Buffer.from("}")]);
}

/** Writes an error answer; `id` is null where the request's id could not be read. */
export function encodeError(id: RpcId | null, error: RpcError): Buffer {
  const head =
    `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":${error.code},` +
    `"message":${JSON.stringify(error.message)}`;
  if (error.data === undefined) return Buffer.from(`${head}}}`);
  return Buffer.concat([Buffer.from(`${head},"data":`), error.data.bytes, Buffer.from("}}")]);
}
