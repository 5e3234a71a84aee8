import { z } from "zod";
import {
  ACCESS_DEFAULTS,
  API_KEY_DEFAULTS,
  type AccessOptions,
  type ApiKeyOptions,
} from "../../core/access/options.ts";
import { type AuthOptions, AUTH_DEFAULTS } from "../auth-options.ts";
import type { OptionGroup } from "../option-group.ts";

const name = z.string().regex(/^[\w.@:-]{1,64}$/, "must be 1–64 of A–Z, a–z, 0–9, and _ . @ : -.");
const globs = z.array(z.string().min(1).max(200)).max(10_000);

const apiKey = z.strictObject({
  id: name,
  hash: z
    .string()
    .regex(
      /^(sha256:)?[0-9a-f]{64}$/i,
      'must be the SHA-256 of the key as 64 hex digits, as "switchboard keys new" prints it; never the key itself.',
    )
    .transform((text) => text.replace(/^sha256:/i, "").toLowerCase()),
  role: z.enum(["agent", "operator", "admin"]).default(API_KEY_DEFAULTS.role),
  tenant: name.default(API_KEY_DEFAULTS.tenant),
  allow: globs.default([...API_KEY_DEFAULTS.allow]),
  deny: globs.default([...API_KEY_DEFAULTS.deny]),
} satisfies { readonly [Field in keyof ApiKeyOptions]: z.ZodType<ApiKeyOptions[Field]> });

export const accessGroup: OptionGroup<AccessOptions> = {
  owner: { file: "core/access/options.ts", type: "AccessOptions" },
  section: "auth",
  defaults: ACCESS_DEFAULTS,
  settings: { apiKeys: z.array(apiKey).max(100_000) },
};

export const authGroup: OptionGroup<AuthOptions> = {
  owner: { file: "config/auth-options.ts", type: "AuthOptions" },
  section: "auth",
  defaults: AUTH_DEFAULTS,
  settings: { anonymous: z.enum(["auto", "loopback", "never"]) },
};
