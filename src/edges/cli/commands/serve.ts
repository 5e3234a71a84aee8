import { Option } from "commander";
import type { AddCommand } from "../command/run-command.ts";
import { examples } from "../command/examples.ts";
import { wholeNumber } from "../command/option-values.ts";
import { renderReady } from "../views/ready-view.ts";

const LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

interface ServeOptions {
  readonly host?: string;
  readonly port?: number;
  readonly dataDir?: string;
  readonly logLevel?: string;
  readonly insecure?: boolean;
}

export const addServe: AddCommand = (parent, run) =>
  parent
    .command("serve")
    .description("Run the daemon until it is stopped.")
    .option("--host <address>", "address to listen on")
    .option("--port <port>", "TCP port; 0 takes a free one", wholeNumber(0, 65_535))
    .option("--data-dir <folder>", "where the daemon keeps its data")
    .addOption(new Option("--log-level <level>", "least severe lines logged").choices(LEVELS))
    .option("--insecure", "listen beyond this machine although no keys are configured")
    .addHelpText(
      "after",
      examples(
        "switchboard serve",
        "switchboard serve --config team.yaml --port 8800",
        "switchboard serve --host 0.0.0.0      (needs auth.apiKeys in the config)",
      ),
    )
    .action(
      run<[], ServeOptions>(async ({ host, flags, screen }, _, options) => {
        const { insecure = false, ...named } = options;
        const given = { ...flags, ...named, insecure };
        await host.serve(given, (ready) =>
          screen.answer(ready, () => renderReady(ready, host.version, screen.canvas)),
        );
      }),
    );
