import { COMPOSITE_NAME } from "../../core/plans/options.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import { COMPOSITES_SECTION } from "../file-schema.ts";
import { describeReceived } from "../received.ts";
import { schemaProblems } from "../schema-problems.ts";
import type { EntryRemark } from "../servers/entry-remark.ts";
import type { CompositeEntry } from "./composite-entry.ts";
import { compositeSchema } from "./composite-schema.ts";

/** The composites of a file and all that is wrong with them; paths start at the file's top. */
export interface ReadComposites {
  readonly composites: readonly CompositeEntry[];
  readonly problems: readonly EntryRemark[];
}

/** Members of an entry that are not the plan's. */
const OWN_MEMBERS: readonly string[] = ["description", "title", "outputSchema"];

/** Reads the section `composites`. References in plans are the plans' own: nothing is filled in. */
export function readComposites(file: JsonObject): ReadComposites {
  const block = file[COMPOSITES_SECTION] ?? null;
  if (block === null) return { composites: [], problems: [] };
  if (!isJsonObject(block)) {
    const message = `must be a mapping of names to plans, but is ${describeReceived(block, false)}.`;
    return { composites: [], problems: [{ path: [COMPOSITES_SECTION], atKey: false, message }] };
  }
  const read = Object.entries(block).map(([name, raw]) => readEntry(name, raw));
  return {
    composites: read.flatMap(({ entry }) => (entry === undefined ? [] : [entry])),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function readEntry(
  name: string,
  raw: JsonValue,
): { readonly entry?: CompositeEntry; readonly problems: readonly EntryRemark[] } {
  const at = [COMPOSITES_SECTION, name];
  const problems: EntryRemark[] = [];
  if (!COMPOSITE_NAME.test(name)) problems.push({ path: at, atKey: true, message: NAME_RULE });
  const parsed = compositeSchema.safeParse(raw);
  const context = { schema: compositeSchema, value: raw, isSecret: () => false };
  for (const problem of schemaProblems(parsed.error?.issues ?? [], context)) {
    problems.push({ ...problem, path: [...at, ...problem.path] });
  }
  if (!parsed.success || !isJsonObject(raw)) return { problems };
  const plan = planOf(raw);
  if (typeof plan === "string") problems.push({ path: at, atKey: true, message: plan });
  if (problems.length > 0 || typeof plan === "string") return { problems };
  const { description, title } = parsed.data;
  const { outputSchema } = raw;
  return {
    problems,
    entry: {
      name,
      description,
      plan,
      ...(title === undefined ? {} : { title }),
      ...(isJsonObject(outputSchema) ? { outputSchema } : {}),
    },
  };
}

const NAME_RULE =
  "is no name for a composite tool: 1–48 of A–Z, a–z, 0–9, _ and -, a letter first.";

/** The plan, wherever it stands in the entry, or why there is none. */
function planOf(entry: JsonObject): JsonObject | string {
  const members = Object.entries(entry).filter(([key]) => !OWN_MEMBERS.includes(key));
  const { plan } = entry;
  if (!isJsonObject(plan)) {
    return Object.hasOwn(entry, "steps")
      ? Object.fromEntries(members)
      : 'has no steps. Write them under "steps", beside the description or in "plan".';
  }
  const beside = members.map(([key]) => key).filter((key) => key !== "plan");
  if (beside.length > 0) {
    return `has a plan in "plan" and members of one beside it: ${beside.join(", ")}. Move them into "plan".`;
  }
  return Object.hasOwn(plan, "steps") ? plan : 'has no "steps" in its plan.';
}
