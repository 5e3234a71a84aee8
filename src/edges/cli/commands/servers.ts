import type { AddCommand } from "../command/run-command.ts";
import { addServersAdd } from "./servers/add.ts";
import { addServersImport } from "./servers/import.ts";
import { addServersList } from "./servers/list.ts";
import { addServersReconnect } from "./servers/reconnect.ts";
import { addServersRemove } from "./servers/remove.ts";

export const addServers: AddCommand = (parent, run) => {
  const group = parent
    .command("servers")
    .description("List, add, remove and import servers.")
    .enablePositionalOptions();
  const commands = [
    addServersList,
    addServersAdd,
    addServersRemove,
    addServersImport,
    addServersReconnect,
  ];
  for (const add of commands) add(group, run);
  return group;
};
