import { createFakeSharedStore } from "../../../test/support/fakes/fake-shared-cache.ts";
import { createSystemClock } from "../../kernel/clock.ts";
import { describeSharedCache } from "./shared-cache.contract.ts";
import type { SharedCache } from "./shared-cache.ts";

describeSharedCache("the fake in memory", () => {
  const store = createFakeSharedStore(createSystemClock());
  const handles: SharedCache[] = [];
  return Promise.resolve({
    connect() {
      const handle = store.connect();
      handles.push(handle);
      return Promise.resolve(handle);
    },
    goAway: () => Promise.resolve(store.goAway()),
    comeBack: () => Promise.resolve(store.comeBack()),
    spoil: (key: string) => Promise.resolve(store.spoil(key)),
    async [Symbol.asyncDispose]() {
      for (const handle of handles) await handle[Symbol.asyncDispose]();
    },
  });
});
