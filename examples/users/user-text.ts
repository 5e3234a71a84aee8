import type { User, UserPage, UserQuery } from "./user.ts";

/** A user as a few lines for people. */
export function describeUser(user: User): string {
  return [
    `${fullName(user)} (user ${user.id})`,
    `  e-mail:   ${user.email}`,
    `  company:  ${user.company}`,
    `  position: ${user.position ?? "unknown"}`,
    `  city:     ${user.city ?? "unknown"}`,
    `  added:    ${user.createdAt}`,
    ...(user.updatedAt === user.createdAt ? [] : [`  changed:  ${user.updatedAt}`]),
  ].join("\n");
}

/** A page of matches as a headline and one line for each user. */
export function describePage(page: UserPage, query: UserQuery): string {
  const lines = page.users.map(
    (user) => `${user.id}. ${fullName(user)} <${user.email}>, ${describeWork(user)}`,
  );
  const more =
    page.nextOffset === null
      ? []
      : [`More: call search_users again with offset ${page.nextOffset}.`];
  return [headline(page, query), ...lines, ...more].join("\n");
}

export function fullName(user: User): string {
  return `${user.name} ${user.surname}`;
}

function describeWork({ position, company, city }: User): string {
  const work = position === null ? company : `${position} at ${company}`;
  return city === null ? work : `${work} (${city})`;
}

function headline({ users, total, offset }: UserPage, query: UserQuery): string {
  const filters = (["name", "surname", "email", "company"] as const)
    .filter((field) => (query[field] ?? "") !== "")
    .map((field) => `${field} contains "${query[field]}"`);
  const matching = filters.length === 0 ? "" : ` where ${filters.join(" and ")}`;
  const noun = total === 1 ? "user" : "users";
  if (users.length === 0) {
    const why = total === 0 ? "" : ` (offset ${offset} lies behind the last one)`;
    return `${total === 0 ? "No" : total} ${noun}${matching}${why}.`;
  }
  const range = users.length === total ? "" : `, showing ${offset + 1} to ${offset + users.length}`;
  return `${total} ${noun}${matching}${range}:`;
}
