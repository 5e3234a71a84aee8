import type { ErrorObject, ValidateFunction } from "ajv";
import { LRUCache } from "lru-cache";
import type { Violation } from "../../../kernel/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../kernel/json.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import type { Tool, ToolFlag } from "../../catalog/index.ts";
import type { ValidationOptions } from "../options.ts";
import { createSchemaCompiler } from "./schema-compiler.ts";
import { settledErrors } from "./settled-errors.ts";
import { toViolations } from "./violations.ts";

/** Checks arguments against the schemas of tools. */
export interface ArgumentsValidator {
  /**
   * What is wrong with the arguments; empty when nothing is, or when there is nothing to check by.
   * What stands at `unknown` (JSON pointers) is not yet what it will be: nothing is said that may be
   * due to it.
   */
  check(tool: Tool, args: RawJson, unknown?: readonly string[]): readonly Violation[];
}

export interface ArgumentsValidatorDeps {
  /** Hears once of a schema that cannot be used; arguments are then passed on unvalidated. */
  readonly onUnusableSchema: (tool: Tool, flag: ToolFlag, reason: string) => void;
}

/** Arguments above this size, in bytes, are told their first violation only: all could be millions. */
const MAX_EXHAUSTIVE_BYTES = 65_536;

const ACCEPT: ReadonlySet<ToolFlag> = new Set<ToolFlag>([
  "schema-missing",
  "schema-uncompilable",
  "schema-remote-ref",
  "schema-hostile-pattern",
  "schema-too-large",
]);

type Check = ValidateFunction | "unusable";

/** Compiles schemas when they are first needed and keeps the latest, by tool fingerprint. */
export function createArgumentsValidator(
  options: ValidationOptions,
  deps: ArgumentsValidatorDeps,
): ArgumentsValidator {
  const compiler = createSchemaCompiler();
  const checks = new LRUCache<string, Check>({ max: options.maxCompiledSchemas });

  function checkFor(tool: Tool, allErrors: boolean): Check {
    const key = `${tool.fingerprint}${allErrors ? "" : " first"}`;
    const known = checks.get(key);
    if (known !== undefined) return known;
    let check: Check;
    try {
      check = compiler.compile(tool.inputSchema, allErrors);
    } catch (error) {
      check = giveUp(tool, error);
    }
    checks.set(key, check);
    return check;
  }

  function giveUp(tool: Tool, error: unknown): "unusable" {
    deps.onUnusableSchema(tool, "schema-uncompilable", (error as Error).message);
    return "unusable";
  }

  function errorsOf(tool: Tool, value: JsonObject, sizeBytes: number): readonly ErrorObject[] {
    const check = checkFor(tool, sizeBytes <= MAX_EXHAUSTIVE_BYTES);
    if (check === "unusable") return [];
    try {
      return check(value) ? [] : (check.errors ?? []);
    } catch (error) {
      checks.set(tool.fingerprint, giveUp(tool, error));
      return [];
    }
  }

  return {
    check(tool, args, unknown = []) {
      const value = parse(args);
      if (value === undefined) return [{ path: "", message: "must be JSON" }];
      if (!isJsonObject(value))
        return [{ path: "", message: `must be an object, got ${kindOf(value)}` }];
      if (!options.enabled || tool.flags.some((flag) => ACCEPT.has(flag))) return [];
      const errors = errorsOf(tool, value, args.bytes.length);
      return toViolations(settledErrors(errors, unknown), args, options.maxViolations);
    },
  };
}

function parse(args: RawJson): JsonValue | undefined {
  try {
    return args.value();
  } catch {
    return undefined;
  }
}

function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
