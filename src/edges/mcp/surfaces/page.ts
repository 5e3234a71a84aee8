/** A page of a list whose order is fixed, cut after the item that the cursor names. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/**
 * Cuts a page. Cursors hold the key of the last item given, so that they stay good while the list
 * changes: the next page begins with the first greater key.
 * @throws RangeError when the cursor is not one of ours.
 */
export function cutPage<Item>(
  items: readonly Item[],
  request: { cursor: string | undefined; size: number },
  keyOf: (item: Item) => string,
): Page<Item> {
  const after = request.cursor === undefined ? undefined : decodeCursor(request.cursor);
  const start = after === undefined ? 0 : items.findIndex((item) => keyOf(item) > after);
  if (start === -1) return { items: [] };
  const page = items.slice(start, start + request.size);
  const last = page.at(-1);
  const more = start + page.length < items.length && last !== undefined;
  return { items: page, ...(more ? { nextCursor: encodeCursor(keyOf(last)) } : {}) };
}

function encodeCursor(key: string): string {
  return Buffer.from(`1:${key}`).toString("base64url");
}

function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (!text.startsWith("1:")) {
    throw new RangeError(`the cursor ${JSON.stringify(cursor.slice(0, 80))} is not one of ours`);
  }
  return text.slice(2);
}
