import { Option } from "commander";
import { examples } from "../command/examples.ts";
import type { AddCommand } from "../command/run-command.ts";
import { UsageError } from "../failures/usage-error.ts";

interface NewKeyOptions {
  readonly id?: string;
  readonly role: string;
}

/** What the config accepts as a key's id. */
const ID = /^[\w.@:-]{1,64}$/;

export const addKeys: AddCommand = (parent, run) => {
  const group = parent.command("keys").description("Make API keys.").enablePositionalOptions();
  addNewKey(group, run);
  return group;
};

const addNewKey: AddCommand = (parent, run) =>
  parent
    .command("new")
    .description("Make an API key. It is shown once; the config keeps its hash only.")
    .option("--id <id>", "names the key's owner in logs and quotas (default: made of the hash)")
    .addOption(
      new Option("--role <role>", "what it may do")
        .choices(["agent", "operator", "admin"])
        .default("agent"),
    )
    .addHelpText(
      "after",
      examples("switchboard keys new --id ci", "switchboard keys new --role admin"),
    )
    .action(
      run<[], NewKeyOptions>(async ({ host, screen }, _, { id: given, role }) => {
        if (given !== undefined && !ID.test(given)) {
          throw new UsageError(
            `"${given}" cannot be a key's id.`,
            "Take 1–64 of A–Z, a–z, 0–9, and _ . @ : -.",
          );
        }
        const { token, hash } = host.newKey();
        const id = given ?? `key-${hash.replace(/^sha256:/, "").slice(0, 8)}`;
        screen.answer({ id, role, token, hash }, () => renderKey({ id, role, token, hash }));
      }),
    );

function renderKey(key: Readonly<Record<"id" | "role" | "token" | "hash", string>>): string {
  return [
    `The key, shown this once: ${key.token}`,
    "",
    "For the config file:",
    "",
    "auth:",
    "  apiKeys:",
    `    - id: ${JSON.stringify(key.id)}`,
    `      role: ${key.role}`,
    `      hash: ${JSON.stringify(key.hash)}`,
    "",
    "Commands take it from SWITCHBOARD_API_KEY, clients send it as Authorization: Bearer.",
  ].join("\n");
}
