/** Hands out the ids of one link's requests: integers, since some servers run `parseInt` on them. */
export interface RequestIds {
  next(): number;
}

export function createRequestIds(): RequestIds {
  let last = 0;
  return { next: () => (last += 1) };
}
