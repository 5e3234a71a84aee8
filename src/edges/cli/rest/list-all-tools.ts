import { z } from "zod";
import { arrayItems, objectMembers, slice } from "../../../mcp/json-scan.ts";
import { CommandError } from "../failures/usage-error.ts";
import { readAnswer, type RestClient } from "./rest-client.ts";

const PAGE_SIZE = 1000;
/** A million tools: far beyond any catalogue, so that a daemon that never ends its list is noticed. */
const MAX_PAGES = 1000;

const pageSchema = /* @__PURE__ */ z.object({ nextCursor: z.string().optional() });

/** All pages of the tool list as one: `{"tools":[…],"total":n}`, each tool in the bytes that came. */
export async function listAllTools(
  client: RestClient,
  query: { readonly detail: "name" | "summary" | "schema"; readonly server?: string },
): Promise<{ readonly body: Buffer; readonly count: number }> {
  const tools: Uint8Array[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const search = new URLSearchParams({ ...query, limit: String(PAGE_SIZE) });
    if (cursor !== undefined) search.set("cursor", cursor);
    const { body } = await client.ask({ method: "GET", path: `/v1/tools?${search.toString()}` });
    cursor = readAnswer(pageSchema, body).nextCursor;
    const listed = objectMembers(body).get("tools");
    const items = listed === undefined ? [] : arrayItems(body, listed);
    for (const item of items) tools.push(slice(body, item));
    if (cursor === undefined) return { body: joined(tools), count: tools.length };
  }
  throw new CommandError(
    `The list of tools does not end within ${MAX_PAGES} pages.`,
    "Name a server with --server.",
  );
}

function joined(tools: readonly Uint8Array[]): Buffer {
  const comma = Buffer.from(",");
  const list = tools.flatMap((tool, index) => (index === 0 ? [tool] : [comma, tool]));
  const end = Buffer.from(`],"total":${tools.length}}`);
  return Buffer.concat([Buffer.from('{"tools":['), ...list, end]);
}
