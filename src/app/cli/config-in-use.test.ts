import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acquireDataDir, publishDaemonAddress } from "../../adapters/files/index.ts";
import { readEnvironment } from "../../config/index.ts";
import { makeTempDir } from "../../../test/support/temp-dir.ts";
import { createConfigInUse } from "./config-in-use.ts";

describe("the daemon of a configuration", () => {
  it("is found although the file has been made wrong since", async () => {
    await using dir = await makeTempDir();
    const config = join(dir.path, "switchboard.yaml");
    await using dataDir = await acquireDataDir(join(dir.path, "data"));
    const address = { url: "http://127.0.0.1:1", pid: process.pid, startedAt: Date.now() };
    await publishDaemonAddress(dataDir.path, address);
    const inUse = createConfigInUse(readEnvironment({ HOME: dir.path }), dir.path);

    for (const mistake of ["", "cache: { mod: readonly }\n"]) {
      await writeFile(config, `gateway: { dataDir: data }\n${mistake}`);
      expect(await inUse.daemon({ config, json: false })).toMatchObject({ url: address.url });
    }
  });
});
