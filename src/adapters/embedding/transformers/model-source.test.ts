import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findModelSource } from "./model-source.ts";

let root = "";
const base = { offline: false, precision: "auto" } as const;

async function writeModel(folder: string, files: readonly string[]): Promise<string> {
  for (const file of files) {
    await mkdir(join(root, folder, file, ".."), { recursive: true });
    await writeFile(join(root, folder, file), "{}");
  }
  return join(root, folder);
}

const DESCRIPTION = ["config.json", "tokenizer.json", "tokenizer_config.json"];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "switchboard-models-"));
});

afterAll(() => rm(root, { recursive: true }));

describe("where a model is looked for", () => {
  it("is the hub when no folder is set, quantised and by the default name", () => {
    expect(findModelSource({ ...base })).toEqual({
      kind: "found",
      label: "Xenova/all-MiniLM-L6-v2",
      settings: {
        source: "Xenova/all-MiniLM-L6-v2",
        isFolder: false,
        subfolder: "onnx",
        dtype: "q8",
        isLocalOnly: false,
      },
    });
    const offline = findModelSource({ ...base, offline: true, model: "a/b", precision: "fp32" });
    expect(offline).toMatchObject({
      settings: { source: "a/b", dtype: "fp32", isLocalOnly: true },
    });
  });

  it("is the folder itself, or the model's folder in it", async () => {
    const folder = await writeModel("direct", [...DESCRIPTION, "onnx/model.onnx"]);
    expect(findModelSource({ ...base, modelPath: folder })).toEqual({
      kind: "found",
      label: "direct",
      settings: {
        source: folder,
        isFolder: true,
        subfolder: "onnx",
        dtype: "fp32",
        isLocalOnly: true,
      },
    });
    const files = [...DESCRIPTION, "onnx/model_quantized.onnx"];
    const inner = await writeModel("models/org/name", files);
    const found = findModelSource({ ...base, modelPath: join(root, "models"), model: "org/name" });
    expect(found).toMatchObject({ label: "name", settings: { source: inner, dtype: "q8" } });
  });

  it("may hold the weights beside the other files", async () => {
    const modelPath = await writeModel("flat", [...DESCRIPTION, "model.onnx"]);
    const found = findModelSource({ ...base, modelPath });
    expect(found).toMatchObject({ settings: { subfolder: "", dtype: "fp32" } });
  });
});

describe("what is missing of a model", () => {
  it("is told with the place where it was looked for", async () => {
    const without = await writeModel("no-tokenizer", ["config.json", "onnx/model.onnx"]);
    const noWeights = await writeModel("no-weights", DESCRIPTION);
    const messageOf = (options: Parameters<typeof findModelSource>[0]) => {
      const source = findModelSource(options);
      return source.kind === "missing" ? source.message : "found";
    };
    expect(messageOf({ ...base, modelPath: join(root, "nowhere") })).toContain(
      "there is no folder",
    );
    expect(messageOf({ ...base, modelPath: root })).toContain("neither");
    expect(messageOf({ ...base, modelPath: without })).toContain(
      "lacks tokenizer.json and tokenizer_config.json",
    );
    expect(messageOf({ ...base, modelPath: noWeights, precision: "q8" })).toContain(
      "lacks onnx/model_quantized.onnx",
    );
    expect(messageOf({ ...base, model: "../../etc" })).toContain("no model name");
  });
});
