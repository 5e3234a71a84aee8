import { GatewayError, isGatewayError } from "../../../kernel/errors.ts";
import { JsonScanError, objectMembers } from "../../../mcp/json-scan.ts";
import { withMembers } from "../../../mcp/splice.ts";
import type { CommandContext } from "../command/context.ts";
import { readGivenFile, readStandardInput, textBytes } from "../command/read-bytes.ts";
import { readToolArguments } from "../commands/call-arguments.ts";
import { UsageError } from "../failures/usage-error.ts";
import type { CliHost, YamlReading } from "../host.ts";
import { locateInJson, locateInYaml, placesOfBytes, type Locate } from "./locate.ts";

/** A plan as it was written. */
export interface PlanFile {
  /** How messages call it: its path, or `<stdin>`. */
  readonly name: string;
  /** The plan as JSON text, with the input that was given instead of its own. */
  readonly json: string;
  /** Where a JSON pointer into the plan leads in the file; `undefined` in an input that was given beside it. */
  place(pointer: string): ReturnType<Locate> | undefined;
}

const HINT = "Give a plan in YAML or JSON: its path, or - for standard input.";

/**
 * Reads a plan in JSON, whose bytes stay as they are, or in YAML, and puts `input` into it.
 * @throws UsageError when it cannot be read or is no JSON object; GatewayError `invalid-request` with
 *   every problem of a broken YAML text and its line.
 */
export async function readPlanFile(
  { host, signal }: CommandContext,
  path: string,
  input: string | undefined,
): Promise<PlanFile> {
  if (path === "-" && input === "-") {
    throw new UsageError("Standard input cannot be both the plan and its input.", HINT);
  }
  const context = { input: host.terminal.input, signal, hint: HINT };
  const read = await (path === "-" ? readStandardInput(context) : readGivenFile(path, context));
  const bytes = textBytes(read, HINT);
  const name = path === "-" ? "<stdin>" : path;
  const isJson = !/\.ya?ml$/i.test(path) && firstCharacter(bytes) === "{";
  const json = isJson ? checkedJson(bytes, name) : fromYaml(bytes, name, host.readYaml);
  const locate = isJson ? locateInJson(bytes) : locateInYaml(Buffer.from(bytes).toString("utf8"));
  const given =
    input === undefined ? undefined : await readToolArguments(input, context.input, signal);
  const whole = given === undefined ? json : withMembers(json, { input: given });
  return {
    name,
    json: Buffer.from(whole).toString("utf8"),
    place: (pointer) =>
      given !== undefined && /^\/input(?:\/|$)/.test(pointer) ? undefined : locate(pointer),
  };
}

function firstCharacter(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 4096)).toString("latin1").trimStart().charAt(0);
}

function checkedJson(bytes: Uint8Array, name: string): Uint8Array {
  try {
    objectMembers(bytes);
    return bytes;
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    const { line, column } = placesOfBytes(bytes)(error.offset);
    throw new UsageError(`${name}:${line}:${column} is not JSON: ${error.message}.`, HINT);
  }
}

function fromYaml(bytes: Uint8Array, name: string, readYaml: CliHost["readYaml"]): Uint8Array {
  const reading = ofReadableSize(bytes, name, readYaml);
  if (reading.kind === "broken") {
    const violations = reading.problems.map(({ message, line, column }) => ({
      path: `${name}:${line}:${column}`,
      message,
    }));
    const what = `${name} is not YAML that says a plan.`;
    throw new GatewayError("invalid-request", what, { violations });
  }
  if (reading.json[0] === 0x7b) return reading.json;
  throw new UsageError(`${name} holds no mapping, and so no plan.`, HINT);
}

function ofReadableSize(
  bytes: Uint8Array,
  name: string,
  readYaml: CliHost["readYaml"],
): YamlReading {
  try {
    return readYaml(bytes);
  } catch (error) {
    if (!isGatewayError(error, "payload-too-large")) throw error;
    const { limitBytes } = error.data;
    throw new UsageError(
      `${name} has ${bytes.length} bytes; a plan in YAML may have ${limitBytes}.`,
      "Write it as JSON, which may be as large as plans.maxBytes, or give large data as --input.",
    );
  }
}
