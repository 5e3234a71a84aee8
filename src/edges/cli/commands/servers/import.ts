import type { CommandContext } from "../../command/context.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { confirm } from "../../command/confirm.ts";
import { CommandError, UsageError } from "../../failures/usage-error.ts";
import { isTerminal } from "../../screen.ts";
import { countOf } from "../../text/quantities.ts";
import { renderImport } from "../../views/import-view.ts";
import { isAdded, judgeImports, type JudgedServer } from "../../clients/judge-imports.ts";

interface ImportOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export const addServersImport: AddCommand = (parent, run) =>
  parent
    .command("import")
    .description(
      "Take servers over from another program's config into ours: from a file, or from where " +
        "Claude, Cursor and VS Code keep theirs.",
    )
    .argument("[file]", "a file with mcpServers or servers")
    .option("--dry-run", "only show what was found")
    .option("--yes", "write without asking")
    .addHelpText(
      "after",
      examples(
        "switchboard servers import --dry-run",
        "switchboard servers import",
        "switchboard servers import ~/project/.mcp.json --yes",
      ),
    )
    .action(
      run<[file: string | undefined], ImportOptions>(async (context, [file], options) => {
        const { host, flags, screen } = context;
        const sources = await host.findImports(file);
        const judged = judgeImports(sources, await host.configuredServers(flags));
        const problems = sources.flatMap(({ path, problems: found }) =>
          found.map((problem) => `${path}: ${problem}`),
        );
        if (file !== undefined && judged.length === 0) throw nothingIn(file, problems);
        const fresh = judged.filter(isAdded);
        if (!screen.json) screen.print(renderImport(judged, problems, screen.canvas));
        const agreed = fresh.length > 0 && (await mayWrite(context, fresh, options));
        const written = agreed ? await host.writeServers(flags, fresh) : undefined;
        if (screen.json) screen.printJson(toDocument(judged, problems, written));
        else if (written !== undefined) {
          screen.print(`Added ${countOf(fresh.length, "server")} to ${written}.`);
        } else if (fresh.length > 0) screen.note("Nothing was written.");
      }),
    );

async function mayWrite(
  { host, screen, signal }: CommandContext,
  fresh: readonly JudgedServer[],
  { dryRun = false, yes = false }: ImportOptions,
): Promise<boolean> {
  if (dryRun || yes) return !dryRun;
  const { input, errors } = host.terminal;
  if (screen.json || !isTerminal(input) || !isTerminal(errors)) {
    throw new UsageError(
      "Nobody can be asked whether to write.",
      "Say --yes to write, or --dry-run to look only.",
    );
  }
  const question = `Add ${countOf(fresh.length, "server")} to the config file?`;
  return confirm(question, host.terminal, signal);
}

function nothingIn(file: string, problems: readonly string[]): CommandError {
  const why = problems.length === 0 ? "" : ` ${problems.join(" ")}`;
  return new CommandError(
    `No servers were found in ${file}.${why}`,
    'It should hold a block "mcpServers" or "servers".',
  );
}

/** Entries can hold secrets: only where each was found is told. */
function toDocument(
  judged: readonly JudgedServer[],
  problems: readonly string[],
  file: string | undefined,
): object {
  return {
    servers: judged.map(({ id, program, path, verdict }) => ({ id, program, path, verdict })),
    problems,
    added: file === undefined ? [] : judged.filter(isAdded).map(({ id }) => id),
    ...(file === undefined ? {} : { file }),
  };
}
