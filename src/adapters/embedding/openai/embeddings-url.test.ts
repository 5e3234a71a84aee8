import { describe, expect, it } from "vitest";
import { embeddingsUrl } from "./embeddings-url.ts";

describe("the address of the embeddings", () => {
  it.each([
    [undefined, "https://api.openai.com/v1/embeddings"],
    ["http://127.0.0.1:11434", "http://127.0.0.1:11434/v1/embeddings"],
    ["http://127.0.0.1:11434/", "http://127.0.0.1:11434/v1/embeddings"],
    ["http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1/embeddings"],
    ["https://host/openai/v1/embeddings", "https://host/openai/v1/embeddings"],
    ["https://host/deploy?api-version=1", "https://host/deploy/embeddings?api-version=1"],
  ])("of %s is %s", (base, url) => {
    expect(embeddingsUrl(base)?.href).toBe(url);
  });

  it.each(["not an address", "ftp://host/v1", "https://user:word@host/v1"])(
    "of %s is none",
    (base) => {
      expect(embeddingsUrl(base)).toBeUndefined();
    },
  );
});
