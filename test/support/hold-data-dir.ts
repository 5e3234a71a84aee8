import { acquireDataDir } from "../../src/adapters/files/data-dir.ts";

/** Takes the data directory named first, says `held` or why not, and stays until its input ends. */
const path = process.argv[2] ?? "";
try {
  const dir = await acquireDataDir(path);
  process.stdout.write("held\n");
  process.stdin.resume();
  process.stdin.on("end", () => void dir[Symbol.asyncDispose]());
} catch (error) {
  process.stdout.write(`${(error as Error).name}: ${(error as Error).message}\n`);
}
