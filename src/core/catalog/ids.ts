declare const serverIdBrand: unique symbol;
declare const toolIdBrand: unique symbol;

/** A server's id as the config names it: 1–32 of `[A-Za-z0-9_-]`, without `__`. */
export type ServerId = string & { readonly [serverIdBrand]: true };

/** The gateway's own id of a tool, `<server>__<tool>`: 1–64 of `[A-Za-z0-9_-]`. */
export type ToolId = string & { readonly [toolIdBrand]: true };

const SERVER_ID = /^(?!.*__)[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;

/** Reads a server id; gives `undefined` when the text is none. */
export function parseServerId(text: string): ServerId | undefined {
  return SERVER_ID.test(text) ? (text as ServerId) : undefined;
}

/** The server that a tool's id names, whether or not there is such a tool; `undefined` where it names none. */
export function serverOfToolId(toolId: string): ServerId | undefined {
  return parseServerId(toolId.slice(0, Math.max(0, toolId.indexOf("__"))));
}
