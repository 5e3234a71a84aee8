export type { ResultHandle, ResultPage, Results } from "./results.ts";
