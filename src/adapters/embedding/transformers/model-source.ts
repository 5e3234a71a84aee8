import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { EmbeddingOptions } from "../options.ts";
import type { InferenceSettings } from "./inference-protocol.ts";

/** The model where the configuration names none. */
export const DEFAULT_MODEL = "Xenova/all-MiniLM-L6-v2";

/** Where a model is, or what is missing. */
export type ModelSource =
  | {
      readonly kind: "found";
      /** Name for people and for the model's id. */
      readonly label: string;
      readonly settings: Pick<
        InferenceSettings,
        "source" | "isFolder" | "subfolder" | "dtype" | "isLocalOnly"
      >;
    }
  | { readonly kind: "missing"; readonly message: string };

type Precision = InferenceSettings["dtype"];

/** The exact weights first; the quantised ones last, since they are a little worse. */
const PRECISIONS: readonly Precision[] = ["fp32", "fp16", "q8", "q4"];
const SUFFIXES = { fp32: "", fp16: "_fp16", q8: "_quantized", q4: "_q4" } as const;
const DESCRIPTION_FILES = ["config.json", "tokenizer.json", "tokenizer_config.json"] as const;
const SUBFOLDERS = ["onnx", ""] as const;
const HUB_NAME = /^[\w.-]+(?:\/[\w.-]+)?$/;

/** Name of the file that holds the weights in a precision. */
export function onnxFileName(precision: Precision): string {
  return `model${SUFFIXES[precision]}.onnx`;
}

/** Finds the model's folder, or how it is called on the hub. */
export function findModelSource(
  options: Pick<EmbeddingOptions, "model" | "modelPath" | "offline" | "precision">,
): ModelSource {
  const model = options.model ?? DEFAULT_MODEL;
  if (options.modelPath !== undefined) return findInFolder(options.modelPath, model, options);
  if (!HUB_NAME.test(model)) {
    const message = `"${model}" is no model name of the Hugging Face hub, such as ${DEFAULT_MODEL}. Set embedding.model, or embedding.modelPath to a folder.`;
    return { kind: "missing", message };
  }
  const dtype = options.precision === "auto" ? "q8" : options.precision;
  const settings = { source: model, isFolder: false, subfolder: "onnx", dtype };
  return { kind: "found", label: model, settings: { ...settings, isLocalOnly: options.offline } };
}

function findInFolder(
  modelPath: string,
  model: string,
  { precision }: Pick<EmbeddingOptions, "precision">,
): ModelSource {
  const root = resolve(modelPath);
  if (!existsSync(root)) {
    return { kind: "missing", message: `embedding.modelPath: there is no folder ${root}.` };
  }
  const folder = [root, join(root, model)].find((each) => existsSync(join(each, "config.json")));
  if (folder === undefined) {
    const message = `embedding.modelPath: neither ${root} nor ${join(root, model)} holds a config.json, so no model is there.`;
    return { kind: "missing", message };
  }
  const missing = DESCRIPTION_FILES.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    const message = `embedding.modelPath: ${folder} lacks ${missing.join(" and ")}.`;
    return { kind: "missing", message };
  }
  const wanted = precision === "auto" ? PRECISIONS : [precision];
  const candidates = wanted.flatMap((dtype) =>
    SUBFOLDERS.map((subfolder) => ({ dtype, subfolder })),
  );
  const weights = candidates.find(({ dtype, subfolder }) =>
    existsSync(join(folder, subfolder, onnxFileName(dtype))),
  );
  if (weights === undefined) {
    const names = wanted.map((dtype) => join("onnx", onnxFileName(dtype))).join(" or ");
    return { kind: "missing", message: `embedding.modelPath: ${folder} lacks ${names}.` };
  }
  const settings = { source: folder, isFolder: true, ...weights, isLocalOnly: true };
  return { kind: "found", label: basename(folder), settings };
}
