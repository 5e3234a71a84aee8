import type { Keyspace } from "./keyspace.ts";
import { formatMessage, type Message } from "./messages.ts";
import type { Debt } from "./owed-invalidations.ts";
import type { RedisSession } from "./redis-session.ts";

/** With what a debt is paid. */
export interface PayTerms {
  readonly session: RedisSession;
  readonly keys: Keyspace;
  /** Who tells it. */
  readonly id: string;
  /** For each command, in milliseconds; the session's own where there is none. */
  readonly timeoutMs?: number;
}

/** Scopes or keys of one command and message. */
const PER_STEP = 500;

/**
 * Voids what is owed in Redis, then tells the other replicas: whoever hears of it finds nothing old.
 * @throws whatever the session throws; then some of it may have been done.
 */
export async function payDebt(debt: Debt, terms: PayTerms): Promise<void> {
  const { session, keys, id, timeoutMs } = terms;
  const tell = (message: Message): Promise<unknown> =>
    session.ask((client) => client.publish(keys.channel, formatMessage(id, message)), timeoutMs);

  if (debt.isAll) {
    const drop = ({ generations }: Keyspace["buckets"][number]): Promise<unknown> =>
      session.ask((client) => client.unlink(generations), timeoutMs);
    await Promise.all(keys.buckets.map(drop));
    await tell({ all: true });
    return;
  }
  for (const scopes of stepsOf(debt.scopes)) {
    const renew = ({ generations }: Keyspace["buckets"][number]): Promise<unknown> =>
      session.ask((client) => client.sbInvalidate(generations, ...scopes), timeoutMs);
    await Promise.all(keys.buckets.map(renew));
    await tell({ scopes });
  }
  for (const step of stepsOf(debt.keys)) {
    const forget = (key: string): Promise<unknown> => {
      const { newest, entry, lease } = keys.bucketOf(key);
      return session.ask(
        (client) => client.sbRemove(entry(key), newest, lease(key), key),
        timeoutMs,
      );
    };
    await Promise.all(step.map(forget));
    await Promise.all(step.map((key) => tell({ key })));
  }
}

function stepsOf(items: ReadonlySet<string>): string[][] {
  const all = [...items];
  const count = Math.ceil(all.length / PER_STEP);
  return Array.from({ length: count }, (_, step) =>
    all.slice(step * PER_STEP, (step + 1) * PER_STEP),
  );
}
