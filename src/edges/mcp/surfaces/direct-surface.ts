import type { Gateway } from "../../../core/gateway.ts";
import type { ServerId, Tool } from "../../../core/catalog/index.ts";
import { withMembers } from "../../../mcp/splice.ts";
import { RPC } from "../../../mcp/rpc-codes.ts";
import { nearestNames } from "../../../kernel/nearest-names.ts";
import { rpcError } from "../answer.ts";
import { outcomeAnswer } from "../outcome-answer.ts";
import type { Surface } from "../surface.ts";
import { cutPage } from "./page.ts";

type DirectGateway = Pick<Gateway, "access" | "calls" | "catalog">;

/** Which tools a direct surface serves, and under which names. */
interface View {
  readonly name: string;
  readonly instructions: string;
  tools(): readonly Tool[];
  find(name: string): Tool | undefined;
  /** The id that a tool of this name would have whose server has not told its tools yet. */
  lateIdOf(name: string): string | undefined;
  nameOf(tool: Tool): string;
  definitionOf(tool: Tool): Uint8Array;
  concerns(server: ServerId): boolean;
}

/** `/mcp/all`: every tool under the gateway's id. */
export function createCatalogueSurface(gateway: DirectGateway, pageSize: number): Surface {
  const renamed = new WeakMap<Tool, Uint8Array>();
  return directSurface(gateway, pageSize, {
    name: "all",
    instructions: "Every tool of every connected server, named <server>__<tool>.",
    tools: () => gateway.catalog.tools(),
    find: (name) => gateway.catalog.tool(name),
    lateIdOf: (name) => name,
    nameOf: (tool) => tool.id,
    definitionOf(tool) {
      const known = renamed.get(tool);
      if (known !== undefined) return known;
      const made = withMembers(tool.definition.bytes, { name: JSON.stringify(tool.id) });
      renamed.set(tool, made);
      return made;
    },
    concerns: () => true,
  });
}

/** `/mcp/servers/{id}`: one server's tools under its own names, their definitions unchanged. */
export function createServerSurface(
  gateway: DirectGateway,
  server: ServerId,
  pageSize: number,
): Surface {
  return directSurface(gateway, pageSize, {
    name: `servers/${server}`,
    instructions: `The tools of the server ${server}, unchanged.`,
    tools: () => gateway.catalog.toolsOf(server),
    find: (name) => gateway.catalog.toolByName(server, name),
    lateIdOf: (name) =>
      gateway.catalog.toolsOf(server).length === 0 ? `${server}__${name}` : undefined,
    nameOf: (tool) => tool.name,
    definitionOf: (tool) => tool.definition.bytes,
    concerns: (changed) => changed === server,
  });
}

function directSurface(gateway: DirectGateway, pageSize: number, view: View): Surface {
  const { access, calls, catalog } = gateway;
  return {
    name: view.name,
    instructions: () => view.instructions,
    listTools(principal, cursor) {
      const visible = view.tools().filter((tool) => access.canUse(principal, tool));
      const page = cutPage(visible, { cursor, size: pageSize }, listKey);
      return {
        tools: page.items.map(view.definitionOf),
        ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
      };
    },
    async callTool(call, peer, signal) {
      const { name, ...rest } = call;
      const { principal, session } = peer;
      const id = view.find(name)?.id ?? view.lateIdOf(name);
      const unknown = () => {
        const visible = view.tools().filter((known) => access.canUse(principal, known));
        return unknownTool(name, visible.map(view.nameOf));
      };
      if (id === undefined) return unknown();
      const request = {
        ...rest,
        principal,
        tool: id,
        ...(session === undefined ? {} : { session }),
      };
      const outcome = await calls.call(request, signal);
      if (outcome.kind === "failure" && outcome.error.code === "unknown-tool") return unknown();
      return outcomeAnswer(outcome, "direct", peer.era);
    },
    onToolsChanged: (listener) =>
      catalog.onChange((change) => {
        if (view.concerns(change.server)) listener();
      }),
  };
}

/** The catalogue's order: by server, then by upstream name. */
function listKey(tool: Tool): string {
  return `${tool.server}\0${tool.name}`;
}

function unknownTool(name: string, known: readonly string[]) {
  const nearest = nearestNames(name, known);
  const hint = nearest.length === 0 ? "" : `; nearest: ${nearest.join(", ")}`;
  return rpcError(RPC.invalidParams, `Unknown tool: ${name.slice(0, 128)}${hint}`, {
    data: { code: "unknown-tool", nearest },
  });
}
