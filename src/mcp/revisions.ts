/** Protocol revisions the gateway speaks, newest first. */
export const REVISIONS = [
  "2026-07-28",
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
] as const;

/** One of `REVISIONS`. */
export type Revision = (typeof REVISIONS)[number];

/** Modern revisions are stateless and open with `server/discover`; legacy ones with `initialize`. */
export type Era = "modern" | "legacy";

/** The one revision of the modern era. */
export const MODERN_REVISION = "2026-07-28" satisfies Revision;
/** What a legacy client gets that asks for a revision we do not speak. */
export const LATEST_LEGACY_REVISION = "2025-11-25" satisfies Revision;

/** The revisions that open with `initialize`, newest first. */
export const LEGACY_REVISIONS: readonly Revision[] = REVISIONS.filter(
  (revision) => revision !== MODERN_REVISION,
);

/** Whether a value names a revision that we speak. */
export function isRevision(text: unknown): text is Revision {
  return REVISIONS.some((revision) => revision === text);
}

/** The era that a revision belongs to. */
export function eraOf(revision: Revision): Era {
  return revision === MODERN_REVISION ? "modern" : "legacy";
}

/** What `initialize` answers: the client's revision if we speak it in the legacy era, else our newest legacy one. */
export function negotiateLegacy(requested: unknown): Revision {
  const known = LEGACY_REVISIONS.find((revision) => revision === requested);
  return known ?? LATEST_LEGACY_REVISION;
}
