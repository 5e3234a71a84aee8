import { GatewayError, isGatewayError } from "../../../kernel/errors.ts";

/**
 * Waits for what a daemon does; when the connection is lost meanwhile, the failure says `during` what,
 * and what that `means` for it.
 */
export async function duringConnection<Answer>(
  answer: Promise<Answer>,
  told: () => { readonly during: string; readonly means: string },
): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!isGatewayError(error, "daemon-unreachable")) throw error;
    const { url, reason } = error.data;
    if (reason !== "connection-lost") throw error;
    const { during, means } = told();
    const message = `The connection to ${url} was lost while ${during}: ${means}`;
    throw new GatewayError("daemon-unreachable", message, { url, reason, cause: error });
  }
}
