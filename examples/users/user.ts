import { z } from "zod";

const label = (what: string, example: string) =>
  z.string().trim().min(1).max(100).describe(`${what}, for example "${example}"`);

export const idSchema = z.int().min(1).describe("Numeric id of the user, as search_users lists it");

const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "must look like name@domain.tld")
  .describe(
    'E-mail address, unique in the directory, for example "alice.novak@meridian-freight.example"',
  );

export const newUserSchema = z.strictObject({
  name: label("Given name", "Alice"),
  surname: label("Surname (family name)", "Novak"),
  email: emailSchema,
  company: label("Company (employer) the person works at", "Meridian Freight"),
  position: label("Position (job title)", "Data Analyst").optional(),
  city: label("City the person works in", "Antwerp").optional(),
});

export const userChangeSchema = newUserSchema.partial();

export const userSchema = z.object({
  id: z.int().describe("Numeric id of the user"),
  name: z.string().describe("Given name"),
  surname: z.string().describe("Surname"),
  email: z.string().describe("E-mail address, lower case"),
  company: z.string().describe("Company the user works at"),
  position: z.string().nullable().describe("Job title, if known"),
  city: z.string().nullable().describe("City, if known"),
  createdAt: z.string().describe("When the user was added, ISO 8601 in UTC"),
  updatedAt: z.string().describe("When the user was last changed, ISO 8601 in UTC"),
});

const part = (what: string, example: string) =>
  z
    .string()
    .trim()
    .max(254)
    .optional()
    .describe(`Part of the ${what}; case and accents do not matter. For example "${example}"`);

export const userQuerySchema = z.strictObject({
  name: part("given name", "alice"),
  surname: part("surname", "novak"),
  email: part("e-mail address", "@meridian-freight"),
  company: part("name of the company the person works at", "meridian"),
  limit: z.int().min(1).max(100).default(20).describe("Users on one page, 1 to 100"),
  offset: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe("Matches to skip, for the next page: nextOffset"),
});

export const userPageSchema = z.object({
  users: z.array(userSchema).describe("The users on this page, in order of their ids"),
  total: z.int().describe("How many users match in all"),
  limit: z.int(),
  offset: z.int(),
  nextOffset: z.int().nullable().describe("Offset of the next page; null on the last one"),
});

/** What add_user needs; `email` is lower case, texts are trimmed and at most 100 characters (e-mail: 254). */
export type NewUser = z.output<typeof newUserSchema>;
/** The fields update_user changes; those left out stay as they are. */
export type UserChange = z.output<typeof userChangeSchema>;
/** A user as it is stored and answered. Times are ISO 8601 in UTC. */
export type User = z.output<typeof userSchema>;
/** Filters, combined with AND, each matching a part of its field; empty ones are ignored. */
export type UserQuery = z.output<typeof userQuerySchema>;
/** One page of matches in order of id, with the number of all matches. */
export type UserPage = z.output<typeof userPageSchema>;
