import type { Ending } from "./stage.ts";

/** Runs the rest of a call and then, however it ended, `after`; without promises where none are needed. */
export function whenEnded(
  run: () => Ending | Promise<Ending>,
  after: () => void,
): Ending | Promise<Ending> {
  let ending: Ending | Promise<Ending>;
  try {
    ending = run();
  } catch (error) {
    after();
    throw error;
  }
  if (!(ending instanceof Promise)) {
    after();
    return ending;
  }
  return ending.then(
    (value) => {
      after();
      return value;
    },
    (error: unknown) => {
      after();
      throw error;
    },
  );
}
