import { compile, getRegisteredFunctions } from "@jmespath-community/jmespath";

/** The expression cannot be read, does not fit the data, or would cost too much; the message says which. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

/** A node of a JMESPath expression. */
export type ExpressionNode = ReturnType<typeof compile>;

/** A JMESPath expression that has been read. */
export interface Expression {
  readonly text: string;
  readonly node: ExpressionNode;
}

/**
 * Reads a JMESPath expression of at most `maxLength` characters.
 * @throws ExpressionError
 */
export function compileExpression(text: string, maxLength: number): Expression {
  if (text.length > maxLength) {
    throw new ExpressionError(
      `the expression has ${text.length} characters; at most ${maxLength} are read`,
    );
  }
  try {
    return { text, node: compile(text) };
  } catch (error) {
    const reason = (error as Error).message;
    throw new ExpressionError(`the expression cannot be read: ${reason}`, { cause: error });
  }
}

/** Names of all functions that expressions can call. */
export function functionNames(): readonly string[] {
  return getRegisteredFunctions();
}
