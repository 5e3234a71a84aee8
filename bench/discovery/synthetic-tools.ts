import type { DataTool } from "./tool-data.ts";

const VERBS = "get list search create update delete send convert analyse schedule".split(" ");
const NOUNS =
  "user invoice calendar event file folder repository issue branch message channel order product payment customer ticket report dashboard alert metric deployment container image video playlist song recipe flight hotel weather forecast stock portfolio contract document translation map route device sensor".split(
    " ",
  );
const DETAILS =
  "by id, by name, in bulk, with filters, for a team, for a date range, as CSV, as a summary, recursively, with its history".split(
    ", ",
  );

/** Tools that differ and share words as real ones do; the same every time. */
export function syntheticTools(count: number): DataTool[] {
  return Array.from({ length: count }, (_, at) => {
    const verb = pick(VERBS, at);
    const noun = pick(NOUNS, Math.floor(at / VERBS.length));
    const detail = pick(DETAILS, Math.floor(at / (VERBS.length * NOUNS.length)));
    const server = `${noun}-server-${Math.floor(at / 40)}`;
    return {
      id: `${server}::${verb}_${noun}_${at}`,
      server,
      name: `${verb}_${noun}`,
      description: `${verb} one or more ${noun}s ${detail}. Answers the ${noun} with its ${pick(NOUNS, at * 7)}.`,
      inputSchema: {
        type: "object",
        properties: {
          [`${noun}Id`]: { type: "string", description: `Which ${noun} is meant` },
          limit: { type: "integer", description: "How many are answered at most" },
        },
      },
    };
  });
}

/** Requests in plain words about such tools. */
export function syntheticQueries(count: number): string[] {
  return Array.from(
    { length: count },
    (_, at) =>
      `I would like to ${pick(VERBS, at * 3)} the ${pick(NOUNS, at)} of last week ${pick(DETAILS, at)} and its ${pick(NOUNS, at * 5 + 2)}`,
  );
}

function pick(words: readonly string[], at: number): string {
  return words[at % words.length] ?? "";
}
