/** Owns things that must be disposed, in reverse order of their arrival. */
export interface Scope extends AsyncDisposable {
  /** Hands a resource to the scope and gives it back. */
  use<Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource;
  /** Adds something to run at the end. */
  defer(run: () => void | Promise<void>): void;
}

/** Makes an empty scope. Disposing runs everything even if some of it fails, then throws the first failure. */
export function createScope(): Scope {
  const finalisers: (() => void | PromiseLike<void>)[] = [];
  return {
    use(resource) {
      finalisers.push(() =>
        Symbol.asyncDispose in resource
          ? resource[Symbol.asyncDispose]()
          : resource[Symbol.dispose](),
      );
      return resource;
    },
    defer(run) {
      finalisers.push(run);
    },
    async [Symbol.asyncDispose]() {
      const failures: unknown[] = [];
      for (let run = finalisers.pop(); run !== undefined; run = finalisers.pop()) {
        try {
          await run();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
