import { execFileSync, spawnSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runFakeCli } from "../../../../test/support/cli-host.ts";
import { makeTempDir } from "../../../../test/support/temp-dir.ts";
import { SHELLS, type Shell } from "./scripts.ts";

const CHECK_ONLY: Readonly<Record<Shell, readonly string[]>> = {
  bash: ["-n"],
  zsh: ["-n"],
  fish: ["--no-execute"],
};

function isInstalled(shell: Shell): boolean {
  return spawnSync(shell, ["--version"]).status === 0;
}

async function script(shell: Shell): Promise<string> {
  const run = await runFakeCli(["completion", shell]);
  expect(run).toMatchObject({ code: 0, err: "" });
  return run.out;
}

describe("completion scripts", () => {
  it.each(SHELLS)("for %s ask for the words and are well formed", async (shell) => {
    const text = await script(shell);
    expect(text).toContain("__complete --");
    expect(text).toContain(":files");
    if (!isInstalled(shell)) return;
    await using folder = await makeTempDir();
    const path = join(folder.path, `switchboard.${shell}`);
    await writeFile(path, text);
    const checked = spawnSync(shell, [...CHECK_ONLY[shell], path], { encoding: "utf8" });
    expect(checked).toMatchObject({ status: 0, stderr: "" });
  });

  describe("in bash", () => {
    const cases: readonly {
      readonly words: readonly string[];
      readonly answer: string;
      readonly offered: readonly string[];
    }[] = [
      {
        words: ["tools", "--ser"],
        answer: "--server\\tonly these\\n--servers",
        offered: ["--server", "--servers"],
      },
      { words: ["servers", ""], answer: "list\\nadd", offered: ["list", "add"] },
      { words: ["tools", "--server", "=", "us"], answer: "--server=users", offered: ["users"] },
      { words: ["x"], answer: "", offered: [] },
    ];
    it.each(cases)("offer what is answered to $words", async ({ words, answer, offered }) => {
      const { reply, asked } = await completeInBash(words, answer);
      expect(asked).toEqual(["__complete", "--", ...words]);
      expect(reply).toEqual(offered);
    });

    it("offer files where files are wanted", async () => {
      const { reply, folder } = await completeInBash(["import", "sw"], ":files");
      expect(reply).toEqual(["switchboard"]);
      expect(folder).toContain("switchboard-test-");
    });
  });

  it("offer what is answered in fish", async () => {
    const text = `${await script("fish")}\ncomplete -C 'switchboard tools --server '\n`;
    expect(text).toContain("complete -c switchboard -f -a");
    if (!isInstalled("fish")) return;
    await using folder = await makeTempDir();
    await standIn(folder.path, "users\\tPeople\\nfiles");
    const path = `${folder.path}:${process.env["PATH"]}`;
    const env = { ...process.env, PATH: path, HOME: folder.path };
    const out = execFileSync("fish", ["--no-config", "-c", text], { env, encoding: "utf8" });
    expect(out).toBe("files\nusers\tPeople\n");
  });
});

/** A program in the place of ours: tells its words in the file `asked` and answers a fixed text. */
async function standIn(folder: string, answer: string): Promise<void> {
  const path = join(folder, "switchboard");
  const text = answer === "" ? "" : `${answer}\\n`;
  const body = `printf '%s\\n' "$@" > '${folder}/asked'\nprintf '%b' '${text}'\n`;
  await writeFile(path, `#!/bin/sh\n${body}`);
  await chmod(path, 0o755);
}

async function completeInBash(words: readonly string[], answer: string) {
  await using folder = await makeTempDir();
  await standIn(folder.path, answer);
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const text = [
    await script("bash"),
    `COMP_WORDS=(switchboard ${quoted}); COMP_CWORD=${words.length}`,
    "_switchboard",
    'for word in "${COMPREPLY[@]}"; do printf "reply %s\\n" "$word"; done',
    "cat asked",
  ].join("\n");
  const env = { ...process.env, PATH: `${folder.path}:${process.env["PATH"]}` };
  const options = { cwd: folder.path, env, encoding: "utf8" } as const;
  const lines = execFileSync("bash", ["--norc", "-c", text], options).split("\n").slice(0, -1);
  const isReply = (line: string): boolean => line.startsWith("reply ");
  return {
    reply: lines.filter(isReply).map((line) => line.slice("reply ".length)),
    asked: lines.filter((line) => !isReply(line)),
    folder: folder.path,
  };
}
