/** Who wants slots: one for each plan. */
export interface SlotClaimant {
  /** A slot is free and it is the claimant's turn: it takes one now, or passes. */
  onSlot(): void;
}

/** Slots that all plans share: each gets its turn, however many steps another has ready. */
export interface SharedSlots {
  readonly free: number;
  /** Claimants that wait; each stands in the queue once, so that it is as short as plans are few. */
  readonly waiting: number;
  /** Takes a slot, or queues the claimant for one. */
  tryTake(claimant: SlotClaimant): boolean;
  /** Gives a slot back; the first in the queue has its turn before this returns. */
  release(): void;
  /** Takes a claimant out of the queue. */
  leave(claimant: SlotClaimant): void;
}

/** Makes `count` (≥ 1) slots. */
export function createSharedSlots(count: number): SharedSlots {
  const queue = new Set<SlotClaimant>();
  let free = count;
  let turnOf: SlotClaimant | undefined;

  function giveTurns(): void {
    if (turnOf !== undefined) return;
    for (const claimant of queue) {
      if (free === 0) break;
      queue.delete(claimant);
      turnOf = claimant;
      claimant.onSlot();
      turnOf = undefined;
    }
  }

  return {
    get free() {
      return free;
    },
    get waiting() {
      return queue.size;
    },
    tryTake(claimant) {
      const isNext = turnOf === undefined ? queue.size === 0 : turnOf === claimant;
      if (free === 0 || !isNext) {
        queue.add(claimant);
        return false;
      }
      // One slot a turn: who wants more queues again, behind the others.
      if (queue.size > 0) turnOf = undefined;
      free -= 1;
      return true;
    },
    release() {
      free += 1;
      giveTurns();
    },
    leave: (claimant) => void queue.delete(claimant),
  };
}
