import { BATCH_ROWS, MAX_STORE_BYTES, type RowStore, rowLength } from "./row-store.ts";
import { DOT_KERNEL_BASE64 } from "./simd-kernel.ts";

/** As much of WebAssembly as is used here; neither Node's types nor the ES libraries declare it. */
interface WebAssemblyApi {
  readonly Memory: new (options: { readonly initial: number }) => GrowableMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: { readonly dots: DotKernel } };
}

interface GrowableMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** See scripts/build-dot-kernel.ts. */
interface DotKernel {
  (...args: readonly [number, number, number, number, number, number]): void;
}

const PAGE_BYTES = 65_536;

/** Rows in WebAssembly memory, multiplied there by SIMD; undefined where the runtime refuses. */
export function createSimdRowStore(dimension: number): RowStore | undefined {
  const { WebAssembly: api } = globalThis as { readonly WebAssembly?: WebAssemblyApi };
  if (api === undefined) return undefined;
  try {
    const module = new api.Module(Buffer.from(DOT_KERNEL_BASE64, "base64"));
    const memory = new api.Memory({ initial: 1 });
    const { dots } = new api.Instance(module, { env: { memory } }).exports;
    return overMemory(dimension, memory, dots);
  } catch {
    return undefined;
  }
}

/** The memory holds the query, the batch's slots and scores, then the rows, which alone grow. */
function overMemory(dimension: number, memory: GrowableMemory, dots: DotKernel): RowStore {
  const length = rowLength(dimension);
  const slotsAt = 4 * length;
  const scoresAt = slotsAt + 4 * BATCH_ROWS;
  const rowsAt = scoresAt + 4 * BATCH_ROWS;
  const maxRows = Math.floor((MAX_STORE_BYTES - rowsAt) / (4 * length));
  growTo(memory, rowsAt);
  let views = viewsOf(memory.buffer, { slotsAt, scoresAt, rowsAt });
  return {
    kernel: "simd",
    maxRows,
    reserve(count) {
      const capacity = Math.floor(views.rows.length / length);
      if (count <= capacity) return;
      const wanted = Math.min(maxRows, Math.max(count, 2 * capacity));
      growTo(memory, rowsAt + wanted * 4 * length);
      views = viewsOf(memory.buffer, { slotsAt, scoresAt, rowsAt });
    },
    write(slot, vectors, offset) {
      views.rows.set(vectors.subarray(offset, offset + dimension), slot * length);
    },
    row: (slot) => views.rows.subarray(slot * length, slot * length + dimension),
    setQuery: (vector) => views.query.set(vector),
    batchSlots: () => views.slots,
    batchScores: () => views.scores,
    dots: (count) => dots(0, slotsAt, scoresAt, count, rowsAt, 4 * length),
  };
}

interface Layout {
  readonly slotsAt: number;
  readonly scoresAt: number;
  readonly rowsAt: number;
}

interface Views {
  readonly query: Float32Array;
  readonly slots: Uint32Array;
  readonly scores: Float32Array;
  readonly rows: Float32Array;
}

/** Growing the memory detaches its old buffer, so views are made anew. */
function viewsOf(buffer: ArrayBuffer, { slotsAt, scoresAt, rowsAt }: Layout): Views {
  return {
    query: new Float32Array(buffer, 0, slotsAt / 4),
    slots: new Uint32Array(buffer, slotsAt, BATCH_ROWS),
    scores: new Float32Array(buffer, scoresAt, BATCH_ROWS),
    rows: new Float32Array(buffer, rowsAt),
  };
}

function growTo(memory: GrowableMemory, sizeBytes: number): void {
  const missing = Math.ceil((sizeBytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing > 0) memory.grow(missing);
}
