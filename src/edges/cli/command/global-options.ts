import { Option, type Command } from "commander";
import type { GlobalFlags } from "../host.ts";

const GROUP = "Global options:";

/**
 * Adds the options that every command takes, before or after its name; `--url` not where a command
 * has one of its own.
 */
export function addGlobalOptions(command: Command): void {
  const taken = new Set(command.options.map((option) => option.long));
  const options = [
    new Option("--json", "one JSON document on standard output, problems on standard error"),
    new Option("--config <file>", "config file instead of the default places"),
    new Option("--url <url>", "daemon to talk to instead of the one that runs here"),
  ];
  for (const option of options) {
    if (!taken.has(option.long)) command.addOption(option.helpGroup(GROUP));
  }
}

/** The global options as given, wherever they stand; what stands nearer to the command's name wins. */
export function readGlobalFlags(command: Command): GlobalFlags {
  const found: { json?: boolean; config?: string; url?: string } = {};
  for (let at: Command | null = command; at !== null; at = at.parent) {
    const values: Record<string, unknown> = at.opts();
    for (const option of at.options.filter(({ helpGroupHeading }) => helpGroupHeading === GROUP)) {
      const name = option.attributeName();
      if (values[name] !== undefined) Object.assign(found, { [name]: values[name], ...found });
    }
  }
  return { json: false, ...found };
}
