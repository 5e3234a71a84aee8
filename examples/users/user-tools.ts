import type { CallToolResult, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { UpdateOutcome, UserStore } from "./user-store.ts";
import { describePage, describeUser, fullName } from "./user-text.ts";
import {
  idSchema,
  newUserSchema,
  userChangeSchema,
  userPageSchema,
  userQuerySchema,
  userSchema,
} from "./user.ts";
import type { User } from "./user.ts";

const readOnly = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};
const adding = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
};
const overwriting = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: false,
};

const userAnswer = z.object({ user: userSchema });

/** Registers the tools that only read: get_user_by_id and search_users. */
export function registerReadingTools(server: McpServer, store: UserStore): void {
  server.registerTool(
    "get_user_by_id",
    {
      title: "Get user by id",
      description:
        "Show one user (person, employee, contact) of the directory by numeric id: full name, e-mail address, company, position and city. Use search_users when the id is not known.",
      inputSchema: z.strictObject({ id: idSchema }),
      outputSchema: userAnswer,
      annotations: { title: "Get user by id", ...readOnly },
    },
    ({ id }) => {
      const user = store.get(id);
      return user === undefined ? notFound(id) : answerUser(user);
    },
  );
  server.registerTool(
    "search_users",
    {
      title: "Search users",
      description:
        "Find users (people, employees, contacts) by given name, surname, e-mail address or company: look up somebody's e-mail, or list who works at a company. Filters are combined with AND and each matches a part of the value; without filters all users are listed. Answers one page (limit, offset) with the total number of matches.",
      inputSchema: userQuerySchema,
      outputSchema: userPageSchema,
      annotations: { title: "Search users", ...readOnly },
    },
    (query) => {
      const page = store.search(query);
      return {
        content: [{ type: "text", text: describePage(page, query) }],
        structuredContent: page,
      };
    },
  );
}

/** Registers the tools that write: add_user, update_user and delete_user. */
export function registerWritingTools(server: McpServer, store: UserStore): void {
  server.registerTool(
    "add_user",
    {
      title: "Add user",
      description:
        "Add (create, register) a new user to the directory with name, surname, e-mail address and company, and optionally position and city. Refused with a conflict when another user already has the e-mail address.",
      inputSchema: newUserSchema,
      outputSchema: userAnswer,
      annotations: { title: "Add user", ...adding },
    },
    (user) => {
      const outcome = store.add(user);
      return outcome.kind === "added"
        ? answerUser(outcome.user, "Added.")
        : conflict(outcome.owner);
    },
  );
  server.registerTool(
    "update_user",
    {
      title: "Update user",
      description:
        "Change (edit, correct) fields of an existing user: name, surname, e-mail address, company, position or city. Fields left out stay as they are.",
      inputSchema: z.strictObject({ id: idSchema, ...userChangeSchema.shape }),
      outputSchema: userAnswer,
      annotations: { title: "Update user", ...overwriting },
    },
    ({ id, ...change }) => {
      if (Object.values(change).every((value) => value === undefined)) {
        return refusal(
          `Nothing to change: give at least one of ${Object.keys(userChangeSchema.shape).join(", ")} besides id.`,
        );
      }
      return answerUpdate(id, store.update(id, change));
    },
  );
  server.registerTool(
    "delete_user",
    {
      title: "Delete user",
      description:
        "Delete (remove) a user from the directory for good, by numeric id. Cannot be undone.",
      inputSchema: z.strictObject({ id: idSchema }),
      outputSchema: userAnswer,
      annotations: { title: "Delete user", ...overwriting },
    },
    ({ id }) => {
      const outcome = store.delete(id);
      return outcome.kind === "deleted" ? answerUser(outcome.user, "Deleted.") : notFound(id);
    },
  );
}

function answerUpdate(id: number, outcome: UpdateOutcome): CallToolResult {
  switch (outcome.kind) {
    case "updated":
      return answerUser(outcome.user, `Changed ${outcome.changed.join(", ")}.`);
    case "unchanged":
      return answerUser(outcome.user, "Nothing changed: the user already has these values.");
    case "conflict":
      return conflict(outcome.owner);
    case "not-found":
      return notFound(id);
    default:
      return outcome satisfies never;
  }
}

function answerUser(user: User, note?: string): CallToolResult {
  const text = note === undefined ? describeUser(user) : `${note}\n${describeUser(user)}`;
  return { content: [{ type: "text", text }], structuredContent: { user } };
}

function notFound(id: number): CallToolResult {
  return refusal(`Not found: there is no user with id ${id}. Find the right id with search_users.`);
}

function conflict(owner: User): CallToolResult {
  return refusal(
    `Conflict: the e-mail address ${owner.email} already belongs to ${fullName(owner)} (user ${owner.id}). Choose another address, or change that user with update_user.`,
  );
}

function refusal(text: string): CallToolResult {
  return { content: [{ type: "text", text }], isError: true };
}
