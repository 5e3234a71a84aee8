import { describe, expect, it } from "vitest";
import { createSemaphore } from "./semaphore.ts";

const never = new AbortController().signal;

describe("semaphore", () => {
  it("serves the queue in order of arrival", async () => {
    const semaphore = createSemaphore({ permits: 1, maxWaiting: 2 });
    expect(await semaphore.acquire(never)).toBe(true);
    const order: number[] = [];
    const waiting = [1, 2].map((turn) => semaphore.acquire(never).then(() => order.push(turn)));
    semaphore.release();
    semaphore.release();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2]);
    expect(semaphore.available).toBe(0);
  });

  it("refuses at once when the queue is full", async () => {
    const semaphore = createSemaphore({ permits: 1, maxWaiting: 0 });
    expect(semaphore.tryAcquire()).toBe(true);
    expect(await semaphore.acquire(never)).toBe(false);
  });

  it("forgets a waiter that leaves", async () => {
    const semaphore = createSemaphore({ permits: 1, maxWaiting: 1 });
    semaphore.tryAcquire();
    const leaving = new AbortController();
    const waiting = semaphore.acquire(leaving.signal);
    leaving.abort(new Error("left"));
    await expect(waiting).rejects.toThrow("left");
    expect(semaphore.waiting).toBe(0);
    semaphore.release();
    expect(semaphore.available).toBe(1);
  });

  it("never gives out more permits than it has", () => {
    const semaphore = createSemaphore({ permits: 2, maxWaiting: 0 });
    semaphore.release();
    semaphore.release();
    expect(semaphore.available).toBe(2);
  });
});
