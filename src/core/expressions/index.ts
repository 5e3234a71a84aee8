export { createEvaluator, type EvaluationLimits, type Evaluator } from "./evaluator.ts";
export { exactText, exactValue, type ExactValue } from "./exact-json.ts";
export {
  compileExpression,
  ExpressionError,
  functionNames,
  type Expression,
  type ExpressionNode,
} from "./expression.ts";
export { searchJson, type SearchLimits } from "./search-json.ts";
