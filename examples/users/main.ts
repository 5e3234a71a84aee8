import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { parseOptions, usage } from "./options.ts";
import type { Options } from "./options.ts";
import { serveWebSocket } from "./serve-web-socket.ts";
import { openUserDatabase } from "./user-database.ts";
import { createUserStore } from "./user-store.ts";
import type { UserStore } from "./user-store.ts";
import { createUsersServer } from "./users-server.ts";

function say(text: string): void {
  process.stderr.write(`users: ${text}\n`);
}

async function serve(options: Options, store: UserStore): Promise<() => Promise<void>> {
  const onError = (error: Error): void => say(error.message);
  if (options.transport === "stdio") {
    const connection = serveStdio(() => createUsersServer(store), { onerror: onError });
    return () => connection.close();
  }
  const server = await serveWebSocket(options, {
    createServer: () => createUsersServer(store),
    onError,
  });
  say(`listening on ${server.url}`);
  return () => server.close();
}

/** Resolves with the reason to stop. A second signal kills at once, because its handler is gone by then. */
function untilStopped(options: Options): Promise<string> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve("SIGTERM"));
    process.once("SIGINT", () => resolve("SIGINT"));
    if (options.transport === "stdio") {
      process.stdin.once("close", () => resolve("stdin closed"));
      process.stdin.once("end", () => resolve("stdin ended"));
    }
  });
}

async function run(options: Options): Promise<void> {
  const database = await openUserDatabase(options.data);
  try {
    const store = createUserStore(database.db, () => new Date());
    say(`${store.count()} users in ${database.path}`);
    const stopped = untilStopped(options);
    const close = await serve(options, store);
    say(`stopping: ${await stopped}`);
    await close();
  } finally {
    database.close();
  }
}

function readOptions(): Options | undefined {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`users: ${(error as Error).message}\n\n${usage}`);
    return undefined;
  }
}

const options = readOptions();
if (options === undefined) {
  process.exitCode = 2;
} else {
  await run(options).catch((error: Error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
