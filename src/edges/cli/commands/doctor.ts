import { examples } from "../command/examples.ts";
import type { AddCommand } from "../command/run-command.ts";
import { EXIT } from "../failures/exit-codes.ts";
import type { Check } from "../host.ts";
import { renderCheck, summariseChecks } from "../views/checks-view.ts";

export const addDoctor: AddCommand = (parent, run) =>
  parent
    .command("doctor")
    .description("Check the config, the index, the embedding model and every server.")
    .addHelpText("after", examples("switchboard doctor", "switchboard doctor --config team.yaml"))
    .action(
      run<[]>(async ({ host, flags, screen, signal }) => {
        const checks: Check[] = [];
        using line = screen.progress("Checking");
        for await (const check of host.doctor(flags)) {
          signal.throwIfAborted();
          checks.push(check);
          if (!screen.json) screen.print(renderCheck(check, screen.canvas));
        }
        line[Symbol.dispose]();
        const ok = checks.every(({ status }) => status !== "failed");
        if (screen.json) screen.printJson({ ok, checks });
        else screen.print(`\n${summariseChecks(checks)}`);
        return ok ? EXIT.ok : EXIT.failed;
      }),
    );
