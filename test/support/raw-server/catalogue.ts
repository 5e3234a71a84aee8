import { behaviours } from "./behaviours.ts";
import { hostileTools } from "./hostile-tools.ts";
import type { RawState } from "./state.ts";

const defaultRefUrl = "http://127.0.0.1:9/schema.json";

/** The result of one `tools/list` as JSON text, in the way the options ask for. */
export function listTools(state: RawState, cursor: string | undefined): object {
  const { list = "answer", pageSize = 1000 } = state.options;
  if (list === "not-a-list") {
    return { tools: "none" };
  }
  const tools = allTools(state);
  const start = Number(cursor ?? 0);
  if (list === "endless") {
    return { tools: tools.slice(0, 1), nextCursor: String(start + 1) };
  }
  if (list === "same-cursor") {
    return { tools: tools.slice(0, 1), nextCursor: "again" };
  }
  const end = start + pageSize;
  const more = end < tools.length ? { nextCursor: String(end) } : {};
  return { tools: tools.slice(start, end), ...more };
}

function allTools({ options, addedTools, removedTools }: RawState): unknown[] {
  const { fillerTools = 0, hostileTools: hostile = false, remoteRefUrl = defaultRefUrl } = options;
  const { callable, hopeless } = hostileTools(remoteRefUrl);
  const fillers = Array.from({ length: fillerTools }, (_, index) => filler(index + 1));
  const listed = [
    ...Object.entries(behaviours)
      .filter(([name]) => !removedTools.has(name))
      .map(([name, { description, properties = {}, writes = false }]) => ({
        name,
        description,
        inputSchema: { type: "object", properties },
        annotations: { readOnlyHint: !writes },
      })),
    ...fillers.filter((tool) => !removedTools.has(tool.name)),
    ...[...addedTools].map((name) => ({
      name,
      description: `Was added as ${name}`,
      inputSchema: { type: "object" },
      annotations: { readOnlyHint: true },
    })),
  ];
  return hostile ? [...listed, ...callable, ...hopeless] : listed;
}

const subjects = [
  "invoice",
  "parcel",
  "meeting",
  "sensor",
  "playlist",
  "recipe",
  "ticket",
  "train",
];
const verbs = ["list", "find", "cancel", "rename", "archive", "compare", "print", "share"];

function filler(number: number): { name: string } & Record<string, unknown> {
  const verb = verbs[number % verbs.length]!;
  const subject = subjects[Math.floor(number / verbs.length) % subjects.length]!;
  return {
    name: `tool_${String(number).padStart(5, "0")}`,
    description: `Can ${verb} one ${subject}, the one of series ${number}`,
    inputSchema: {
      type: "object",
      properties: { [`${subject}_id`]: { type: "string", description: `Which ${subject}` } },
    },
    annotations: { readOnlyHint: number % 2 === 0 },
  };
}
