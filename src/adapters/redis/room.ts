import type { Redis } from "ioredis";
import { isReply, isUseless, refusesEntries } from "./redis-trouble.ts";

/** Whether a Redis takes entries: Redis' own refusal where it does not, `unknown` before Redis 7. */
export type Room = "free" | "unknown" | Error;

/**
 * A script that might write, for all that Redis knows, and therefore refuses while it is full. It has
 * no keys, so that any node of a cluster runs it; before Redis 7 it is an error of syntax.
 */
const MIGHT_WRITE = "#!lua\nreturn 1";

/**
 * Asks a node whether it takes entries, without writing one.
 * @throws the library's error when there is no answer, or one that says it is of no use.
 */
export async function askForRoom(node: Redis): Promise<Room> {
  try {
    await node.eval(MIGHT_WRITE, 0);
    return "free";
  } catch (error) {
    if (refusesEntries(error)) return error;
    if (isReply(error) && !isUseless(error)) return "unknown";
    throw error;
  }
}

/** What holds for several nodes together: a refusal of one is a refusal. */
export function leastRoom(rooms: readonly Room[]): Room {
  const refusal = rooms.find((room) => room instanceof Error);
  return refusal ?? (rooms.includes("unknown") ? "unknown" : "free");
}
