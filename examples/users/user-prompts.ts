import type { GetPromptResult, McpServer } from "@modelcontextprotocol/server";
import { completable, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { z } from "zod";
import { foldText } from "./fold-text.ts";
import type { UserStore } from "./user-store.ts";
import { describeUser } from "./user-text.ts";

const maxCompletions = 100;

/** Registers the prompts introduce_user and company_overview; the company argument completes. */
export function registerPrompts(server: McpServer, store: UserStore): void {
  server.registerPrompt(
    "introduce_user",
    {
      title: "Introduce a user",
      description: "Write a short introduction of a colleague from the directory.",
      argsSchema: z.object({
        id: z
          .string()
          .regex(/^\d{1,15}$/, "must be a whole number")
          .describe("Id of the user"),
      }),
    },
    ({ id }) => {
      const user = store.get(Number(id));
      if (user === undefined) {
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          `There is no user with id ${id}: find the right id with the tool search_users`,
        );
      }
      return ask(
        `Introduce this colleague to a new team in three friendly sentences:\n\n${describeUser(user)}`,
      );
    },
  );
  server.registerPrompt(
    "company_overview",
    {
      title: "Overview of a company",
      description: "Summarise who works at a company and in which positions.",
      argsSchema: z.object({
        company: completable(z.string().min(1).max(100).describe("Name of the company"), (typed) =>
          matchingCompanies(store, typed),
        ),
      }),
    },
    ({ company }) =>
      ask(
        `List everyone who works at "${company}" with the tool search_users (company: "${company}", page by page until nextOffset is null). Then summarise how many people there are, in which cities, and which positions are held by more than one.`,
      ),
  );
}

function matchingCompanies(store: UserStore, typed: string): string[] {
  const wanted = foldText(typed);
  return store
    .companies()
    .map((company) => company.name)
    .filter((name) => foldText(name).includes(wanted))
    .slice(0, maxCompletions);
}

function ask(text: string): GetPromptResult {
  return { messages: [{ role: "user", content: { type: "text", text } }] };
}
