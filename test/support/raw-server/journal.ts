import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** One line of a journal: the start of a process, or a message that it received. */
export type JournalEntry = { pid: number; method: string; id?: string | number; tool?: string };

export function appendToJournal(path: string, entry: JournalEntry): void {
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}

/** What raw stdio servers with this journal have seen so far; their starts have the method `start`. */
export function readJournal(path: string): JournalEntry[] {
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as JournalEntry);
}
