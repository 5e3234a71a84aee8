import { createGlobMatcher } from "../../../kernel/glob.ts";
import { isJsonObject } from "../../../kernel/json.ts";
import { nearestNames } from "../../../kernel/nearest-names.ts";
import type { Tool } from "../../catalog/index.ts";
import type { RuleRemark } from "../caches.ts";
import type { ServerCacheRules, ToolCacheRules } from "../options.ts";
import { globForTool, rulesForTool, settingName } from "./rules-for-tool.ts";

/** What a server's rules are judged by. */
export interface RulesToJudge {
  readonly server: string;
  readonly rules: ServerCacheRules;
  /** All that the server has; without any nothing is judged. */
  readonly tools: readonly Tool[];
  /** The tags that a kept answer of any server may have. */
  readonly knownTags: ReadonlySet<string>;
}

/** A block of rules, and the tools that it is for. */
interface Block {
  readonly glob: string | undefined;
  readonly rules: ToolCacheRules;
  readonly tools: readonly Tool[];
}

/** What in a server's rules has no effect on the tools that it has, or another one than it seems. */
export function judgeRules(judged: RulesToJudge): RuleRemark[] {
  const { server, rules, tools } = judged;
  if (tools.length === 0) return [];
  const globs = Object.keys(rules.tools ?? {});
  const blocks = [undefined, ...globs].map((glob) => toBlock(glob, judged));
  return blocks.flatMap((block) => {
    const found =
      block.tools.length === 0
        ? [idle(block, judged)]
        : [
            ...badTags(block, judged),
            ...writersKept(block, judged),
            ...strangeArguments(block, judged),
          ];
    return found.flatMap((remark) => (remark === undefined ? [] : [{ server, ...remark }]));
  });
}

type Remark = Omit<RuleRemark, "server">;

function toBlock(glob: string | undefined, { rules, tools }: RulesToJudge): Block {
  if (glob === undefined) return { glob, rules, tools };
  const own = tools.filter(({ name }) => globForTool(rules, name) === glob);
  return { glob, rules: rules.tools![glob]!, tools: own };
}

/** A glob that is the first to fit for no tool. */
function idle({ glob }: Block, { server, tools }: RulesToJudge): Remark | undefined {
  if (glob === undefined) return undefined;
  const names = tools.map(({ name }) => name);
  const about = (message: string): Remark => ({
    setting: `cache.tools.${glob}`,
    message: `cache.tools.${glob} of server "${server}" ${message}`,
    tools: [],
  });
  if (names.some(createGlobMatcher([glob]))) {
    return about(
      "has no effect: globs above it fit all of its tools, and the first that fits counts.",
    );
  }
  const prefix = `${server}__`;
  if (glob.startsWith(prefix) && names.some(createGlobMatcher([glob.slice(prefix.length)]))) {
    const own = glob.slice(prefix.length);
    return about(
      `fits none of its tools: write the server's own name, "${own}", without the prefix.`,
    );
  }
  const nearest = nearestNames(glob, names);
  const hint = nearest.length === 0 ? "" : ` Did you mean ${nearest.join(", ")}?`;
  return about(`fits none of its tools.${hint}`);
}

/** Tags to void that nothing can be kept under. */
function badTags({ glob, rules, tools }: Block, { server, knownTags }: RulesToJudge): Remark[] {
  const tags = rules.invalidates ?? [];
  const writers = tools.filter(({ readOnly }) => !readOnly);
  const absent = tags.filter((tag) => !knownTags.has(tag));
  if (writers.length === 0 || absent.length === 0) return [];
  const setting = settingName(glob, "invalidates");
  const listed = absent.map((tag) => `"${tag}"`).join(", ");
  const nearest = absent.flatMap((tag) => nearestNames(tag, knownTags, 1));
  const hint = nearest.length === 0 ? "" : ` Did you mean ${nearest.join(", ")}?`;
  const instead =
    absent.length === tags.length
      ? `calls void all answers of the server instead`
      : `only what has the other tags is voided`;
  const message = `${setting} of server "${server}" names ${listed}, which no tool that only reads has among its tags: ${instead}.${hint}`;
  return [{ setting, message, tools: idsOf(writers) }];
}

/** A time to live for tools whose answers are never kept. */
function writersKept({ glob, rules, tools }: Block, { server }: RulesToJudge): Remark[] {
  const isKept = (rules.ttlMs ?? 0) > 0;
  if (!isKept || tools.some(({ readOnly }) => readOnly)) return [];
  const setting = settingName(glob, "ttlMs");
  const which = tools.length === 1 ? `"${tools[0]!.id}"` : `All ${tools.length} tools it is for`;
  const message = `${setting} of server "${server}" has no effect: ${which} may write (no readOnlyHint), and such answers are never kept.`;
  return [{ setting, message, tools: idsOf(tools) }];
}

/** Arguments to ignore that no tool of the block takes. */
function strangeArguments({ glob, rules, tools }: Block, { server }: RulesToJudge): Remark[] {
  const setting = settingName(glob, "ignoreArguments");
  const readers = tools.filter(({ readOnly }) => readOnly);
  const known = readers.map(argumentsOf);
  if (known.length === 0 || known.includes(undefined)) return [];
  const names = new Set(known.flatMap((args) => args ?? []));
  return (rules.ignoreArguments ?? [])
    .filter((name) => !names.has(name))
    .map((name) => {
      const nearest = nearestNames(name, names);
      const hint = nearest.length === 0 ? "" : ` Did you mean ${nearest.join(", ")}?`;
      const whose = readers.length === 1 ? `"${readers[0]!.id}"` : "any of its tools";
      const message = `${setting} of server "${server}" names "${name}", which is no argument of ${whose}.${hint}`;
      return { setting, message, tools: idsOf(readers) };
    });
}

/** The arguments that a schema names; `undefined` where it names none, or more may be elsewhere in it. */
function argumentsOf({ inputSchema }: Tool): readonly string[] | undefined {
  const { properties } = inputSchema;
  const isOpen = ["$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties"].some(
    (keyword) => inputSchema[keyword] !== undefined,
  );
  return isJsonObject(properties) && !isOpen ? Object.keys(properties) : undefined;
}

function idsOf(tools: readonly Tool[]): string[] {
  return tools.map(({ id }) => id);
}

/** The tags that answers of a server may be kept with: its readers', or what its rules say while it has told no tools. */
export function tagsKept(rules: ServerCacheRules, tools: readonly Tool[]): readonly string[] {
  if (tools.length === 0) return tagsNamed(rules);
  return tools
    .filter(({ readOnly }) => readOnly)
    .flatMap(({ name }) => rulesForTool(rules, name).tags ?? []);
}

/** All tags that rules give. */
export function tagsNamed({ tags = [], tools = {} }: ServerCacheRules): readonly string[] {
  return [...tags, ...Object.values(tools).flatMap((ofTool) => ofTool.tags ?? [])];
}
