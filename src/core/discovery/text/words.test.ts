import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { createAnalyser } from "./analyser.ts";
import { splitWords } from "./words.ts";

describe("splitting text into words", () => {
  it.each([
    ["getUserById", ["get", "user", "by", "id"]],
    ["get_user-by.id", ["get", "user", "by", "id"]],
    ["parseXMLDocument", ["parse", "xml", "document"]],
    ["listIDs", ["list", "ids", "listids"]],
    ["GitHub", ["git", "hub", "github"]],
    ["iPhone", ["phone", "iphone"]],
    ["OAuth2", ["auth", "auth2", "oauth2"]],
    ["base64", ["base", "base64"]],
    ["getS3Object v2", ["get", "s3", "object", "v2"]],
    ["SHOUTING words", ["shouting", "words"]],
  ])("takes %s apart", (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it("takes accents, ligatures and possessives away", () => {
    expect(splitWords("The café's Ünïcode ﬁles don’t")).toEqual([
      "the",
      "cafe",
      "unicode",
      "files",
      "dont",
    ]);
  });

  it("takes scripts without spaces in pairs of characters", () => {
    expect(splitWords("東京の天気")).toEqual(["東京", "京の", "の天", "天気"]);
    expect(splitWords("水")).toEqual(["水"]);
    expect(splitWords("найти пользователей")).toEqual(["наити", "пользователеи"]);
  });

  it("passes over runs that are data, and stops after a while", () => {
    expect(splitWords(`key ${"aB3".repeat(40)} end`)).toEqual(["key", "end"]);
    expect(splitWords("word ".repeat(5_000))).toHaveLength(2_048);
  });

  it("gives folded, non-empty words for any text", () => {
    assert(
      property(string({ unit: "binary" }), (text) => {
        for (const word of splitWords(text)) {
          expect(word).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
          expect(word).toBe(word.toLowerCase());
        }
      }),
    );
  });
});

describe("analysing text", () => {
  const { stems } = createAnalyser();

  it("keeps the stems of the words that carry meaning, in order", () => {
    expect(stems("Who works at a company?")).toEqual(["work", "compani"]);
    expect(stems("Please help me to find the users' companies")).toEqual([
      "find",
      "user",
      "compani",
    ]);
    expect(stems("PDFs as pdfs, css and rss")).toEqual(["pdf", "pdf", "css", "rss"]);
  });

  it("gives nothing for courtesies alone", () => {
    expect(stems("Hello, could you please help me with that? Thanks!")).toEqual([]);
  });
});
