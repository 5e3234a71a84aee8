/**
 * As much of ONNX's protobuf format as a small graph needs. Field numbers are those of onnx.proto3.
 */

export const ELEMENT = { float: 1, int64: 7 } as const;
const INT_ATTRIBUTE = 2;
const IR_VERSION = 8;
const OPERATOR_SET = 13;

/** What a graph is made of; each part is an encoded message. */
export interface GraphParts {
  readonly nodes: readonly Buffer[];
  readonly constants: readonly Buffer[];
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
}

/** A whole model file. */
export function onnxModel({ nodes, constants, inputs, outputs }: GraphParts): Buffer {
  const graph = Buffer.concat([
    ...nodes.map((node) => part(1, node)),
    part(2, "graph"),
    ...constants.map((each) => part(5, each)),
    ...inputs.map((input) => part(11, input)),
    ...outputs.map((output) => part(12, output)),
  ]);
  return Buffer.concat([
    number(1, IR_VERSION),
    part(2, "switchboard"),
    part(7, graph),
    part(8, number(2, OPERATOR_SET)),
  ]);
}

/** An operation with one output. */
export function onnxNode(
  operator: string,
  inputs: readonly string[],
  output: { readonly name: string; readonly attributes?: Readonly<Record<string, number>> },
): Buffer {
  const attributes = Object.entries(output.attributes ?? {}).map(([name, integer]) =>
    part(5, Buffer.concat([part(1, name), number(3, integer), number(20, INT_ATTRIBUTE)])),
  );
  return Buffer.concat([
    ...inputs.map((input) => part(1, input)),
    part(2, output.name),
    part(4, operator),
    ...attributes,
  ]);
}

/** A constant of float32 in row order. */
export function onnxFloats(name: string, shape: readonly number[], values: Float32Array): Buffer {
  const data = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return constant(name, { shape, element: ELEMENT.float, data });
}

/** A constant of one int64. */
export function onnxInteger(name: string, value: number): Buffer {
  const data = Buffer.alloc(8);
  data.writeBigInt64LE(BigInt(value));
  return constant(name, { shape: [], element: ELEMENT.int64, data });
}

/** An input or output; dimensions are numbers or the names of what is open. */
export function onnxValue(
  name: string,
  element: number,
  shape: readonly (number | string)[],
): Buffer {
  const dimensions = shape.map((size) =>
    part(1, typeof size === "number" ? number(1, size) : part(2, size)),
  );
  const tensor = Buffer.concat([number(1, element), part(2, Buffer.concat(dimensions))]);
  return Buffer.concat([part(1, name), part(2, part(1, tensor))]);
}

function constant(
  name: string,
  { shape, element, data }: { shape: readonly number[]; element: number; data: Buffer },
): Buffer {
  return Buffer.concat([
    ...shape.map((size) => number(1, size)),
    number(2, element),
    part(8, name),
    part(9, data),
  ]);
}

/** A field of wire type 0. */
function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A field of wire type 2: text, bytes or a message. */
function part(field: number, content: string | Buffer): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
