/**
 * Assembles the WebAssembly SIMD kernel of the exact vector scan and writes it, as base64, to
 * src/adapters/vectors/simd-kernel.ts. Run it after a change: `npx tsx scripts/build-dot-kernel.ts`.
 *
 * The kernel in words (pointers are byte addresses in the imported memory):
 *
 *   dots(query, slots, scores, count, rows, rowBytes):
 *     for each of `count` slots (u32) at `slots`:
 *       row = rows + slot × rowBytes
 *       multiply row and query, 16 floats a round, into four f32x4 sums
 *       v = (sum0 + sum1) + (sum2 + sum3); score = (v[0] + v[1]) + (v[2] + v[3])
 *       store the score (f32) at the same place of `scores`
 *
 * rowBytes is a multiple of 64, so rows need no tail. Four sums hide the latency of an addition;
 * taking several rows at once was measured and is slower once the rows outgrow the second-level
 * cache. The plain fallback (plain-row-store.ts) sums in exactly this order: both give equal bits.
 *
 * Opcodes: https://webassembly.github.io/spec/core/binary/instructions.html
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SUMS = 4;
const FOUR_FLOATS = 16;

type Code = readonly number[];

/** LEB128, the integer encoding of the binary format. */
function unsigned(value: number): Code {
  return value > 0x7f ? [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)] : [value];
}

/** The signed form, which constants take; for values from 0 up. */
function signed(value: number): Code {
  return value > 0x3f ? [(value & 0x7f) | 0x80, ...signed(value >>> 7)] : [value];
}

const sized = (content: Code): Code => [...unsigned(content.length), ...content];
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const name = (value: string): Code => sized([...Buffer.from(value, "utf8")]);
const section = (id: number, content: Code): Code => [id, ...sized(content)];
const access = (alignment: number, offset: number): Code => [alignment, ...unsigned(offset)];

const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
const constant = (value: number): Code => [0x41, ...signed(value)];
const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
const multiply = (a: Code, b: Code): Code => [...a, ...b, 0x6c];
const isBelow = (a: Code, b: Code): Code => [...a, ...b, 0x49];
const loadInteger = (address: Code): Code => [...address, 0x28, ...access(2, 0)];
const storeFloat = (address: Code, value: Code): Code => [
  ...address,
  ...value,
  0x38,
  ...access(2, 0),
];
const addFloats = (a: Code, b: Code): Code => [...a, ...b, 0x92];

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const zeroes: Code = [...simd(0x0c), ...Array.from({ length: 16 }, () => 0)];
const loadFour = (address: Code, offset: number): Code => [
  ...address,
  ...simd(0x00),
  ...access(2, offset),
];
const addFours = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)];
const multiplyFours = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)];
const lane = (value: Code, index: number): Code => [...value, ...simd(0x1f), index];

const MAGIC_AND_VERSION: Code = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const NO_RESULT = 0x40;
const BLOCK: Code = [0x02, NO_RESULT];
const LOOP: Code = [0x03, NO_RESULT];
const END: Code = [0x0b];
const IS_ZERO: Code = [0x45];
const branch = (depth: number): Code => [0x0c, depth];
const branchIf = (depth: number): Code => [0x0d, depth];

const loopWhile = (condition: Code, body: Code): Code => [
  ...BLOCK,
  ...LOOP,
  ...condition,
  ...IS_ZERO,
  ...branchIf(1),
  ...body,
  ...branch(0),
  ...END,
  ...END,
];

const loopUntilNot = (body: Code, condition: Code): Code => [
  ...LOOP,
  ...body,
  ...condition,
  ...branchIf(0),
  ...END,
];

/** Local variables: six integer parameters, four more integers, the four sums. */
const [QUERY, SLOTS, SCORES, COUNT, ROWS, ROW_BYTES] = [0, 1, 2, 3, 4, 5] as const;
const [SLOTS_END, ROW_AT, QUERY_AT, QUERY_END] = [6, 7, 8, 9] as const;
const INTEGERS = 4;
const sum = (index: number): number => 10 + index;
const sums = Array.from({ length: SUMS }, (_, index) => sum(index));
const advance = (local: number, bytes: number): Code =>
  set(local, add(get(local), constant(bytes)));

const round: Code = [
  ...sums.flatMap((local, index) =>
    set(
      local,
      addFours(
        get(local),
        multiplyFours(
          loadFour(get(ROW_AT), index * FOUR_FLOATS),
          loadFour(get(QUERY_AT), index * FOUR_FLOATS),
        ),
      ),
    ),
  ),
  ...advance(ROW_AT, SUMS * FOUR_FLOATS),
  ...advance(QUERY_AT, SUMS * FOUR_FLOATS),
];

const total: Code = [
  ...set(sum(0), addFours(addFours(get(sum(0)), get(sum(1))), addFours(get(sum(2)), get(sum(3))))),
  ...storeFloat(
    get(SCORES),
    addFloats(
      addFloats(lane(get(sum(0)), 0), lane(get(sum(0)), 1)),
      addFloats(lane(get(sum(0)), 2), lane(get(sum(0)), 3)),
    ),
  ),
];

const scoreOneRow: Code = [
  ...set(ROW_AT, add(get(ROWS), multiply(loadInteger(get(SLOTS)), get(ROW_BYTES)))),
  ...set(QUERY_AT, get(QUERY)),
  ...sums.flatMap((local) => set(local, zeroes)),
  ...loopUntilNot(round, isBelow(get(QUERY_AT), get(QUERY_END))),
  ...total,
  ...advance(SLOTS, 4),
  ...advance(SCORES, 4),
];

const body: Code = [
  ...set(SLOTS_END, add(get(SLOTS), multiply(get(COUNT), constant(4)))),
  ...set(QUERY_END, add(get(QUERY), get(ROW_BYTES))),
  ...loopWhile(isBelow(get(SLOTS), get(SLOTS_END)), scoreOneRow),
  ...END,
];

/** The module's bytes: imports `env.memory`, exports `dots`. */
export function assembleDotKernel(): Uint8Array {
  const [integer, fourFloats, functionType, memory, callable] = [0x7f, 0x7b, 0x60, 0x02, 0x00];
  const parameters = vector(Array.from({ length: 6 }, () => [integer]));
  const locals = vector([
    [INTEGERS, integer],
    [SUMS, fourFloats],
  ]);
  return Uint8Array.from([
    ...MAGIC_AND_VERSION,
    ...section(1, vector([[functionType, ...parameters, ...vector([])]])),
    ...section(2, vector([[...name("env"), ...name("memory"), memory, 0x00, 0x01]])),
    ...section(3, vector([[0x00]])),
    ...section(7, vector([[...name("dots"), callable, 0x00]])),
    ...section(10, vector([sized([...locals, ...body])])),
  ]);
}

/** The source text of simd-kernel.ts. */
export function renderKernelSource(): string {
  const lines =
    Buffer.from(assembleDotKernel())
      .toString("base64")
      .match(/.{1,88}/g) ?? [];
  return `/**
 * The WebAssembly SIMD dot-product kernel, base64. Generated by scripts/build-dot-kernel.ts, which
 * explains and assembles it; do not edit by hand. Imports \`env.memory\`, exports
 * \`dots(query, slots, scores, count, rows, rowBytes)\`.
 */
export const DOT_KERNEL_BASE64 =
${lines.map((line) => `  "${line}"`).join(" +\n")};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(
    fileURLToPath(new URL("../src/adapters/vectors/simd-kernel.ts", import.meta.url)),
    renderKernelSource(),
  );
}
