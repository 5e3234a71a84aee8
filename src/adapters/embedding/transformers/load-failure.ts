import type { EmbedderProblem } from "../embedder-load.ts";

const PACKAGE = "@huggingface/transformers";
/** What to do when the package is missing. */
const INSTALL_HINT =
  "Install it beside Switchboard: npm install @huggingface/transformers@4 " +
  "(with ONNXRUNTIME_NODE_INSTALL=skip in the environment where only the npm registry can be reached).";

const MISSING_PACKAGE = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND", "ERR_DLOPEN_FAILED"]);

/** Says how to install the package when it is not there; looks only, and loads nothing. */
export function missingPackage(resolve: (name: string) => string): string | undefined {
  try {
    resolve(PACKAGE);
    return undefined;
  } catch {
    return `The package ${PACKAGE} is not installed. ${INSTALL_HINT}`;
  }
}

/** Why a model could not be loaded, from what the library threw. */
export function describeLoadFailure(
  error: unknown,
  source: string,
): { readonly problem: EmbedderProblem; readonly message: string } {
  const { message, code } = error as { message?: string; code?: string };
  const reason = firstLine(message ?? String(error));
  if (code !== undefined && MISSING_PACKAGE.has(code)) {
    return {
      problem: "not-installed",
      message: `The package ${PACKAGE} cannot be loaded (${reason}). ${INSTALL_HINT}`,
    };
  }
  if (/not found locally|Could not locate file|Local file missing/.test(reason)) {
    return {
      problem: "model-missing",
      message: `The model ${source} is not there (${reason}). Put its files into a folder and set embedding.modelPath, or allow the download.`,
    };
  }
  if (/fetch failed|network|Error \(\d{3}\) occurred|ENOTFOUND|ECONN|ETIMEDOUT/i.test(reason)) {
    return {
      problem: "unreachable",
      message: `The model ${source} could not be downloaded (${reason}). Put its files into a folder and set embedding.modelPath.`,
    };
  }
  return { problem: "failed", message: `The model ${source} could not be loaded: ${reason}` };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.slice(0, 500);
}
