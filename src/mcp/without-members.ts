import { objectMembers, slice } from "./json-scan.ts";

/**
 * Leaves members out of the JSON object in `text`; the values of the others keep their bytes. Gives
 * back the same bytes when none of them is there.
 * @throws JsonScanError when `text` is not a JSON object.
 */
export function withoutMembers(text: Uint8Array, isUnwanted: (key: string) => boolean): Uint8Array {
  const members = objectMembers(text);
  const kept = [...members].filter(([key]) => !isUnwanted(key));
  if (kept.length === members.size) return text;
  const parts: Uint8Array[] = [];
  kept.forEach(([key, span], index) => {
    const comma = index === 0 ? "" : ",";
    parts.push(Buffer.from(`${comma}${JSON.stringify(key)}:`), slice(text, span));
  });
  return Buffer.concat([Buffer.from("{"), ...parts, Buffer.from("}")]);
}
