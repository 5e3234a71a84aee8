import { isUtf8 } from "node:buffer";
import { objectMembers, type Span } from "../../mcp/json-scan.ts";
import { invalidRequest } from "../../contract/index.ts";

/**
 * Reads a body that must be one JSON object; `undefined` when there is none.
 * @throws GatewayError `invalid-request`, saying at which byte it is no JSON.
 */
export function readJsonBody(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  readMembers(body);
  return JSON.parse(body.toString("utf8"));
}

/**
 * The members of a body that must be one JSON object, without parsing them.
 * @throws GatewayError `invalid-request`, saying at which byte it is no JSON.
 */
export function readMembers(body: Buffer): Map<string, Span> {
  if (!isUtf8(body)) throw notJson("it is not UTF-8");
  try {
    return objectMembers(body);
  } catch (error) {
    throw notJson((error as Error).message);
  }
}

function notJson(message: string): Error {
  return invalidRequest([{ path: "", message: `the body must be a JSON object: ${message}` }]);
}
