import type { Slot } from "./slot.ts";
import type { Isolation } from "./server-spec.ts";
import type { CallScope } from "./upstreams.ts";

/** The connections that are not everybody's: one for each session or principal. */
export interface ScopedSlots extends AsyncDisposable {
  readonly slots: readonly Slot[];
  /** The slot of a scope, made when there is none. */
  slotFor(key: string): Slot;
  clear(drainTimeoutMs: number): Promise<void>;
}

/** Makes an empty set of at most `maxSlots`: beyond, the one idle for longest is closed. */
export function createScopedSlots(
  options: { readonly maxSlots: number },
  deps: {
    /** Makes a slot that opens its connection once there is `room`, and tells when it is empty. */
    makeSlot(room: Promise<void>, onEmpty: () => void): Slot;
  },
): ScopedSlots {
  const slots = new Map<string, Slot>();

  async function makeRoom(): Promise<void> {
    if (slots.size < options.maxSlots) return;
    const idle = [...slots].filter(([, { connection }]) => connection?.inFlight === 0);
    const [oldest] = idle.toSorted(
      ([, a], [, b]) => (a.connection?.lastUsedAt ?? 0) - (b.connection?.lastUsedAt ?? 0),
    );
    if (oldest === undefined) return;
    slots.delete(oldest[0]);
    await oldest[1].clear(0);
  }

  function add(key: string): Slot {
    const slot = deps.makeSlot(makeRoom(), () => {
      if (slots.get(key) === slot) slots.delete(key);
    });
    slots.set(key, slot);
    return slot;
  }

  async function clear(drainTimeoutMs: number): Promise<void> {
    const former = [...slots.values()];
    slots.clear();
    await Promise.all(former.map((slot) => slot.clear(drainTimeoutMs)));
  }

  return {
    get slots() {
      return [...slots.values()];
    },
    slotFor: (key) => slots.get(key) ?? add(key),
    clear,
    [Symbol.asyncDispose]: () => clear(0),
  };
}

/** Which connection a call belongs to; `undefined` for the shared one. */
export function scopeKey(
  isolation: Isolation,
  { principal, session }: CallScope,
): string | undefined {
  if (isolation === "shared") return undefined;
  const parts = [principal.tenant, principal.id];
  if (isolation === "session" && session !== undefined) parts.push(session);
  return JSON.stringify(parts);
}
