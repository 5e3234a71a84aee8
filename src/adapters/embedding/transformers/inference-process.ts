import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { InferenceAnswer, InferenceRequest, InferenceSettings } from "./inference-protocol.ts";
import { describeLoadFailure } from "./load-failure.ts";
import { loadLocalModel, type LocalModel } from "./local-model.ts";
import { onnxFileName } from "./model-source.ts";

/**
 * The model's process: loads one model, then embeds what it is sent until the daemon lets go of it.
 * Requests that overlap take turns batch by batch, so that a query never waits for a long list.
 */
const underWay = new Map<number, AbortController>();
let model: LocalModel | undefined;

process.on("message", (request: InferenceRequest) => {
  if (request.kind === "cancel") underWay.get(request.id)?.abort(new Error("cancelled"));
  else if (request.kind === "load") void load(request.settings).then(send);
  else void embed(request.id, request.texts).then(send);
});

async function load(settings: InferenceSettings): Promise<InferenceAnswer> {
  try {
    const library = await import("@huggingface/transformers");
    model = await loadLocalModel(library, settings, reportProgress());
    const { dimension, maxTokens } = model;
    const checksum = await localChecksum(settings);
    const facts = { dimension, maxTokens, ...(checksum === undefined ? {} : { checksum }) };
    return { kind: "loaded", facts };
  } catch (error) {
    return { kind: "unavailable", ...describeLoadFailure(error, settings.source) };
  }
}

async function embed(id: number, texts: readonly string[]): Promise<InferenceAnswer> {
  const controller = new AbortController();
  underWay.set(id, controller);
  try {
    if (model === undefined) throw new Error("no model is loaded");
    return { kind: "vectors", id, vectors: await model.embed(texts, controller.signal) };
  } catch (error) {
    return { kind: "failed", id, message: (error as Error).message };
  } finally {
    underWay.delete(id);
  }
}

/** A tenth of the whole at a time, and nothing of files that are small or already here. */
function reportProgress(): (loadedBytes: number, totalBytes: number) => void {
  let told = 0;
  return (loadedBytes, totalBytes) => {
    const tenths = Math.floor((loadedBytes / totalBytes) * 10);
    if (totalBytes < 1_000_000 || tenths <= told || loadedBytes === totalBytes) return;
    told = tenths;
    send({ kind: "progress", loadedBytes, totalBytes });
  };
}

/** Other weights in the same folder are another model; what comes from the hub has a name. */
async function localChecksum(settings: InferenceSettings): Promise<string | undefined> {
  const { source, isFolder, subfolder, dtype } = settings;
  if (!isFolder) return undefined;
  const file = join(source, subfolder, onnxFileName(dtype));
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex").slice(0, 8);
}

function send(answer: InferenceAnswer): void {
  process.send?.(answer);
}
