export type { ResultsOptions } from "./options.ts";
export { presentResult, type PresentedResult, type PresentRequest } from "./present-result.ts";
export { createResults } from "./result-store.ts";
export type { ResultHandle, ResultPage, ResultReadRequest, Results } from "./results.ts";
