import { Command } from "commander";
import { addGlobalOptions } from "./command/global-options.ts";
import { examples } from "./command/examples.ts";
import type { AddCommand, Run } from "./command/run-command.ts";
import { addCache } from "./commands/cache.ts";
import { addCall } from "./commands/call.ts";
import { addComplete } from "./commands/complete.ts";
import { addCompletion } from "./commands/completion.ts";
import { addConnect } from "./commands/connect.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addKeys } from "./commands/keys.ts";
import { addPlan } from "./commands/plan.ts";
import { addReload } from "./commands/reload.ts";
import { addSearch } from "./commands/search.ts";
import { addServe } from "./commands/serve.ts";
import { addServers } from "./commands/servers.ts";
import { addStatus } from "./commands/status.ts";
import { addStdio } from "./commands/stdio.ts";
import { addStop } from "./commands/stop.ts";
import { addTokens } from "./commands/tokens.ts";
import { addTools } from "./commands/tools.ts";
import type { Terminal } from "./host.ts";
import { columnsOf, isTerminal } from "./screen.ts";
import { createStyle } from "./text/style.ts";

/** Every command there is, in the order of the help. */
const COMMANDS: readonly AddCommand[] = [
  addServe,
  addStdio,
  addSearch,
  addCall,
  addPlan,
  addTools,
  addServers,
  addCache,
  addConnect,
  addStatus,
  addTokens,
  addDoctor,
  addKeys,
  addReload,
  addStop,
  addCompletion,
  addComplete,
];

const WIDEST_HELP = 100;

/** The command line as commander follows it. It throws where it would end the process. */
export function createProgram(version: string, terminal: Terminal, run: Run): Command {
  const program = new Command("switchboard")
    .description(
      "A gateway between agents and many MCP servers: find tools by meaning, call them, run plans of calls.",
    )
    .version(version, "--version", "show the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show a command's help")
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText(
      "after",
      examples(
        "switchboard serve",
        'switchboard search "who works at a company"',
        `switchboard call users__search_users '{"name":"Alice"}'`,
        "switchboard plan run briefing.yaml",
        "switchboard connect claude-code",
        "switchboard COMMAND --help",
      ),
    );
  configureOutput(program, terminal);
  for (const add of COMMANDS) add(program, run);
  addToAll(program);
  return program;
}

function configureOutput(program: Command, terminal: Terminal): void {
  const { output, errors } = terminal;
  const style = createStyle(isTerminal(output) && terminal.outputColour);
  const width = Math.min(WIDEST_HELP, isTerminal(output) ? columnsOf(terminal) : WIDEST_HELP);
  program.configureHelp({
    minWidthToWrap: 20,
    styleTitle: (text) => style("bold", text),
    styleCommandText: (text) => style("cyan", text),
    styleSubcommandText: (text) => style("cyan", text),
    styleOptionText: (text) => style("cyan", text),
  });
  program.configureOutput({
    writeOut: (text) => void output.write(text),
    writeErr: (text) => void errors.write(text),
    outputError: () => undefined,
    getOutHelpWidth: () => width,
    getErrHelpWidth: () => width,
    getOutHasColors: () => isTerminal(output) && terminal.outputColour,
    getErrHasColors: () => isTerminal(errors) && terminal.errorsColour,
  });
}

function addToAll(command: Command): void {
  addGlobalOptions(command);
  for (const inner of command.commands) addToAll(inner);
}
