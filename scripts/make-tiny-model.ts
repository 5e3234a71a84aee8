/**
 * Writes a tiny embedding model in the layout of the Hugging Face hub (ONNX graph, WordPiece
 * tokenizer, configuration), with nothing but our own code: for tests of the transformers embedder.
 *
 * The hidden state of a token is `word[id] + position[k]`, where k counts the tokens so far that the
 * mask lets through. Padding has a large vector, so that pooling without the mask shows.
 *
 * Usage: tsx scripts/make-tiny-model.ts FOLDER
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ELEMENT, onnxFloats, onnxInteger, onnxModel, onnxNode, onnxValue } from "./onnx-graph.ts";

const WORDS = "find a user by name read the file list of tools send mail to all delete add number";

/** Facts about the model from which its answers can be computed without it. */
export const TINY_MODEL = {
  dimension: 8,
  maxTokens: 16,
  /** Ids are places in this list. */
  vocabulary: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...WORDS.split(" "), "##s", "##ing"],
} as const;

/** Component `column` of the word vector with this id. */
export function wordComponent(id: number, column: number): number {
  return id === 0 ? 50 + column : component(id, column);
}

/** Component `column` of the vector of the k-th token, counted from 1. */
export function positionComponent(k: number, column: number): number {
  return Math.fround(0.25 * component(k + 101, column));
}

/**
 * Writes the model's files into `folder`, which is made if it is missing. `ballastBytes` makes the
 * weights larger without changing what they answer.
 */
export async function makeTinyModel(
  folder: string,
  { ballastBytes = 0 }: { readonly ballastBytes?: number } = {},
): Promise<void> {
  await mkdir(join(folder, "onnx"), { recursive: true });
  await writeFile(join(folder, "onnx", "model.onnx"), modelFile(ballastBytes / 4));
  const files = {
    "config.json": {
      model_type: "bert",
      architectures: ["BertModel"],
      hidden_size: TINY_MODEL.dimension,
      max_position_embeddings: TINY_MODEL.maxTokens,
      vocab_size: TINY_MODEL.vocabulary.length,
    },
    "tokenizer.json": tokenizerFile(),
    "tokenizer_config.json": {
      tokenizer_class: "BertTokenizer",
      model_max_length: TINY_MODEL.maxTokens,
      do_lower_case: true,
      pad_token: "[PAD]",
      unk_token: "[UNK]",
      cls_token: "[CLS]",
      sep_token: "[SEP]",
    },
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), JSON.stringify(content, undefined, 2));
  }
}

/** Anything fixed and irregular in [-1, 1], rounded to what a float32 holds. */
function component(row: number, column: number): number {
  return Math.fround(Math.sin(row * 12.9898 + column * 78.233));
}

function modelFile(ballast: number): Buffer {
  const { dimension, maxTokens, vocabulary } = TINY_MODEL;
  const tokens = ["batch", "sequence"];
  return onnxModel({
    nodes: [
      onnxNode("Gather", ["words", "input_ids"], { name: "word" }),
      onnxNode("CumSum", ["attention_mask", "axis"], { name: "k" }),
      onnxNode("Gather", ["positions", "k"], { name: "position" }),
      onnxNode("Add", ["word", "position"], { name: "last_hidden_state" }),
    ],
    constants: [
      matrix("words", vocabulary.length, wordComponent),
      matrix("positions", maxTokens + 1, positionComponent),
      onnxInteger("axis", 1),
      ...(ballast === 0 ? [] : [onnxFloats("ballast", [ballast], new Float32Array(ballast))]),
    ],
    inputs: [
      onnxValue("input_ids", ELEMENT.int64, tokens),
      onnxValue("attention_mask", ELEMENT.int64, tokens),
    ],
    outputs: [onnxValue("last_hidden_state", ELEMENT.float, [...tokens, dimension])],
  });
}

function matrix(
  name: string,
  rows: number,
  componentOf: (row: number, column: number) => number,
): Buffer {
  const { dimension } = TINY_MODEL;
  const values = Float32Array.from({ length: rows * dimension }, (_, index) =>
    componentOf(Math.floor(index / dimension), index % dimension),
  );
  return onnxFloats(name, [rows, dimension], values);
}

function tokenizerFile(): object {
  const special = TINY_MODEL.vocabulary.slice(0, 4);
  const [start, end] = ["[CLS]", "[SEP]"].map((id) => ({ SpecialToken: { id, type_id: 0 } }));
  const sequence = { Sequence: { id: "A", type_id: 0 } };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({
      id,
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [start, sequence, end],
      pair: [start, sequence, end, sequence, end],
      special_tokens: {
        "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
        "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
      },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(TINY_MODEL.vocabulary.map((word, id) => [word, id])),
    },
  };
}

const [, script, folder] = process.argv;
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  if (folder === undefined) {
    console.error("usage: tsx scripts/make-tiny-model.ts FOLDER");
    process.exitCode = 2;
  } else {
    await makeTinyModel(folder);
  }
}
