import { z } from "zod";

/** A block of a tool's answer, as far as it can be shown as text. */
export type ContentBlock =
  | { readonly kind: "text"; readonly text: string }
  /** Something that is no text: what it is, and how large. */
  | { readonly kind: "media"; readonly what: string; readonly bytes?: number }
  /** A block of a kind that is not known here, as its JSON text. */
  | { readonly kind: "other"; readonly json: string };

const mimeType = z.string().optional();
const link = { uri: z.string(), name: z.string().optional(), mimeType };

const blockSchema = /* @__PURE__ */ z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.enum(["image", "audio"]), data: z.string(), mimeType }),
  z.object({ type: z.literal("resource_link"), ...link }),
  z.object({
    type: z.literal("resource"),
    resource: z.object({ ...link, text: z.string().optional(), blob: z.string().optional() }),
  }),
]);

/** Reads one block; what has an unknown kind or shape stays JSON. */
export function readContentBlock(bytes: Uint8Array): ContentBlock {
  const json = Buffer.from(bytes).toString("utf8");
  const { data: block } = blockSchema.safeParse(JSON.parse(json));
  switch (block?.type) {
    case "text":
      return { kind: "text", text: block.text };
    case "image":
    case "audio": {
      const what = [block.type, block.mimeType].filter(Boolean).join(" ");
      return { kind: "media", what, bytes: base64Bytes(block.data) };
    }
    case "resource_link":
      return { kind: "media", what: `link to ${describe(block)}` };
    case "resource":
      return readResource(block.resource);
    case undefined:
      return { kind: "other", json };
  }
}

interface Resource {
  readonly uri: string;
  readonly name?: string | undefined;
  readonly mimeType?: string | undefined;
  readonly text?: string | undefined;
  readonly blob?: string | undefined;
}

function readResource(resource: Resource): ContentBlock {
  const { text, blob } = resource;
  if (text !== undefined) return { kind: "text", text };
  const size = blob === undefined ? {} : { bytes: base64Bytes(blob) };
  return { kind: "media", what: `resource ${describe(resource)}`, ...size };
}

function describe({ uri, name, mimeType: mime }: Resource): string {
  const details = [name, mime].filter((detail) => detail !== undefined);
  return details.length === 0 ? uri : `${uri} (${details.join(", ")})`;
}

function base64Bytes(text: string): number {
  const padding = /=*$/.exec(text)![0].length;
  return Math.floor((text.length * 3) / 4) - padding;
}
