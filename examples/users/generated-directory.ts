import { companies, givenNames, positions, surnames } from "./directory-words.ts";
import { foldText } from "./fold-text.ts";
import type { NewUser } from "./user.ts";

/** A generated user together with the moment it is said to have joined. */
export type GeneratedUser = Required<NewUser> & { createdAt: string };

const firstDayMs = Date.UTC(2023, 0, 2, 8);
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes the same `count` users every time: unique e-mail addresses below the reserved `.example` domain,
 * given names spread evenly, companies of clearly different sizes, joining dates in ascending order.
 */
export function generateDirectory(count: number): GeneratedUser[] {
  const random = createRandom(20_260_728);
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const name = givenNames[index % givenNames.length]!;
    const surname = pick(surnames, random());
    const company = pick(companies, random() ** 1.6);
    return {
      name,
      surname,
      email: freeAddress(taken, `${slug(name)}.${slug(surname)}`, `${slug(company.name)}.example`),
      company: company.name,
      position: pick(positions, random()),
      city: pick(company.cities, random()),
      createdAt: new Date(firstDayMs + index * dayMs).toISOString(),
    };
  });
}

function freeAddress(taken: Set<string>, local: string, domain: string): string {
  let address = `${local}@${domain}`;
  for (let suffix = 2; taken.has(address); suffix += 1) {
    address = `${local}${suffix}@${domain}`;
  }
  taken.add(address);
  return address;
}

function slug(text: string): string {
  return foldText(text)
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function pick<T>(list: readonly T[], position: number): T {
  return list[Math.floor(position * list.length)]!;
}

/** Mulberry32, a small seeded generator: a directory that differs between machines would be no test partner. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
