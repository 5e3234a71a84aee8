import type { z } from "zod";
import type { cacheInvalidatedSchema } from "../../../contract/index.ts";
import { singleLine } from "../text/safe-text.ts";

type Invalidated = z.output<typeof cacheInvalidatedSchema>;

/** What is void now, and what of it was not known. */
export function renderInvalidated(
  named: readonly (readonly [member: string, name: string])[],
  { notes = [] }: Invalidated,
): string {
  const unknown = new Set<string>(notes.map(({ member }) => member));
  const known = named.filter(([member]) => !unknown.has(member));
  const what = known.map(([member, name]) => `${member} ${name}`).join(", ");
  const lines = notes.map(({ message }) => singleLine(message));
  return (known.length === 0 ? lines : [`Cached answers are void: ${what}.`, ...lines]).join("\n");
}
