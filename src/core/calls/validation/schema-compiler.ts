import { Ajv, type Options, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { JsonObject } from "../../../kernel/json.ts";
import { guardedPattern } from "./guarded-pattern.ts";

/** The drafts of JSON Schema that are known; older ones are read as draft-07. */
export type Draft = "draft-07" | "2020-12";

/** Makes functions of schemas. */
export interface SchemaCompiler {
  /**
   * Compiles a schema in the draft it names, or 2020-12 where it names none; where that fails, in
   * the other one, since many schemas use the words of a draft without naming it.
   * @param allErrors whether the function finds every violation or stops at the first.
   * @throws Error when the schema fits neither draft.
   */
  compile(schema: JsonObject, allErrors: boolean): ValidateFunction;
}

/** Schemas compiled by one validator before it is replaced: it never lets go of what it has seen. */
const MAX_PER_VALIDATOR = 2_000;

/** Schemas that name themselves would be found by others of the same validator. */
const NAMES_ITSELF = /"\$(?:id|anchor|dynamicAnchor|recursiveAnchor)":/;

const OPTIONS: Options = {
  strict: false,
  logger: false,
  verbose: true,
  addUsedSchema: false,
  code: { regExp: Object.assign(guardedPattern, { code: "guardedPattern" }) },
};

/** Makes a compiler; its validators are replaced before what they hold grows large. */
export function createSchemaCompiler(): SchemaCompiler {
  const shared = new Map<string, { readonly ajv: Ajv; uses: number }>();

  function validatorFor(draft: Draft, allErrors: boolean): Ajv {
    const key = `${draft} ${allErrors}`;
    let entry = shared.get(key);
    if (entry === undefined || entry.uses >= MAX_PER_VALIDATOR) {
      entry = { ajv: newValidator(draft, allErrors), uses: 0 };
      shared.set(key, entry);
    }
    entry.uses += 1;
    return entry.ajv;
  }

  return {
    compile(schema, allErrors) {
      const { $schema, $async: _, ...plain } = schema;
      const isAlone = NAMES_ITSELF.test(JSON.stringify(plain));
      const compileIn = (draft: Draft): ValidateFunction => {
        const ajv = isAlone ? newValidator(draft, allErrors) : validatorFor(draft, allErrors);
        try {
          return ajv.compile(plain);
        } finally {
          ajv.removeSchema(plain);
        }
      };
      const [first, second] = draftsFor($schema);
      try {
        return compileIn(first);
      } catch (error) {
        try {
          return compileIn(second);
        } catch {
          throw error;
        }
      }
    },
  };
}

function draftsFor($schema: unknown): readonly [Draft, Draft] {
  const isOld = typeof $schema === "string" && /draft-0[3467]/.test($schema);
  return isOld ? ["draft-07", "2020-12"] : ["2020-12", "draft-07"];
}

function newValidator(draft: Draft, allErrors: boolean): Ajv {
  const options = { ...OPTIONS, allErrors };
  const ajv = draft === "draft-07" ? new Ajv(options) : new Ajv2020(options);
  formats.default(ajv);
  return ajv;
}
