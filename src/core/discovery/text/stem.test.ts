import { describe, expect, it } from "vitest";
import { stem } from "./stem.ts";

/** Words with their stems, as the algorithm's own vocabulary has them. */
const STEMS: Readonly<Record<string, string>> = {
  consign: "consign",
  consigned: "consign",
  consistency: "consist",
  consolations: "consol",
  conspicuously: "conspicu",
  knightly: "knight",
  knocked: "knock",
  knots: "knot",
  caresses: "caress",
  ponies: "poni",
  ties: "tie",
  cries: "cri",
  gas: "gas",
  gaps: "gap",
  kiwis: "kiwi",
  agreed: "agre",
  feed: "feed",
  hopping: "hop",
  hoping: "hope",
  luxuriated: "luxuri",
  happy: "happi",
  say: "say",
  by: "by",
  youth: "youth",
  boyish: "boyish",
  relational: "relat",
  rationalization: "ration",
  communication: "communic",
  generate: "generat",
  generous: "generous",
  arsenal: "arsenal",
  hopefulness: "hope",
  sensibility: "sensibl",
  goodness: "good",
  formative: "format",
  adoption: "adopt",
  replacement: "replac",
  controlling: "control",
  roll: "roll",
  rate: "rate",
  skies: "sky",
  dying: "die",
  news: "news",
  innings: "inning",
  proceeding: "proceed",
  analogies: "analog",
  yes: "yes",
  database: "databas",
};

describe("the stemmer", () => {
  it.each(Object.entries(STEMS))("takes %s to %s", (word, expected) => {
    expect(stem(word)).toBe(expected);
  });

  it("leaves alone what is no English word", () => {
    for (const word of ["", "a", "s3", "ec2", "café", "東京", "x-y", "naïves"]) {
      expect(stem(word)).toBe(word);
    }
  });
});
