import { assert, constantFrom, pre, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { agreement } from "./guard.ts";
import { MAX_TEXT_LENGTH, textFacts, type TextFacts } from "./text-facts.ts";

function facts(text: string): TextFacts {
  const found = textFacts(text);
  if (found === undefined) throw new Error(`no facts of ${JSON.stringify(text)}`);
  return found;
}

function compare(a: string, b: string): string {
  return agreement(facts(a), facts(b));
}

describe("texts of the same words in plain form", () => {
  it.each([
    ["weather in Oslo", "Weather in oslo?"],
    ["could you please show me the open issues, thanks!", "list the open issues"],
    ["show the open issues. Thanks!", "list the open issues"],
    ["sales above 10,000 dollars", "sales above $10000"],
    ["on 3 May 2024 in Rome", "on May 3rd, 2024 in Rome"],
    ["on 2024-05-03 in Rome", "on the third of May 2024 in Rome"],
    ["the three users of team A", "the 3 users of team A"],
    ["a growth of 5% this year", "a growth of 5 percent this year"],
    ["what's the capital of Chad", "what is the capital of Chad"],
    ["users who don't pay", "users who do not pay"],
    ["trains from Ghent to Bruges at 9:15", "trains to Bruges from Ghent at 9:15"],
    ["which builds failed yesterday", "yesterday which builds failed"],
    ["tickets of “Marta Ruiz”", 'tickets of "Marta Ruiz"'],
    ["WHAT IS THE STATUS OF ORDER 7", "what is the status of order 7"],
    ["a run of 5km", "a run of 5 km"],
    ["salt & pepper in stock", "salt and pepper in stock"],
  ])("finds %j in %j", (a, b) => {
    expect(compare(a, b)).toBe("words");
  });

  it.each([
    ["version 3.1", "version 3.10"],
    ["room 1e3", "room 1000"],
    ["the case 007", "the case 7"],
    ["dial +49123", "dial 49123"],
    ["who is in the US", "who is in the us"],
    ["turkey in Rome", "Turkey in Rome"],
    ["lines with 'a b'", "lines with 'a  b'"],
    ["mail to jo@example.org", "mail to Jo@example.org"],
    ["look at ./a.ts", "look at a.ts"],
    ["files in ..", "files in ."],
    ["files in src/..", "files in src/"],
    ["hello world program in go", "world program in go"],
    ["how to say thank you", "how to say"],
    ["today show tickets", "show tickets today"],
    ["list prices of cars", "show prices of cars"],
    ["songs by the who", "songs by who"],
    ["vuelos a Madrid", "vuelos Madrid"],
    ["der Weg ist frei", "der weg ist frei"],
    ["eine Strecke von 1,500 km", "eine Strecke von 1500 km"],
    ["first line\nsecond line", "first line second line"],
    ["twenty five rooms in use", "20 5 rooms in use"],
    ["min price in Rome", "minute price in Rome"],
    ["find the song Thanks", "find the song"],
    ["find the users Thanks", "find the users"],
    ["find the users Please", "find the users"],
  ])("does not find %j in %j", (a, b) => {
    expect(compare(a, b)).not.toBe("words");
  });
});

describe("texts in other words", () => {
  it("agree in what counts when nothing else differs", () => {
    expect(compare("average delivery time in Poland", "mean delivery time in Poland")).toBe(
      "entities",
    );
    expect(compare("buy the cheap red car for Ana", "buy the cheap crimson car for Ana")).toBe(
      "entities",
    );
  });

  it.each([
    ["dogs that bite men", "men that bite dogs"],
    ["messages from Alice to Bob", "messages from Bob to Alice"],
    ["users with a dog", "users without a dog"],
    ["paid bills", "unpaid bills"],
    ["more than 5 guests", "less than 5 guests"],
    ["all tests of Ana", "some tests of Ana"],
    ["rain in Bergen today", "rain in Bergen tomorrow"],
    ["a trip of 5 miles", "a trip of 5 km"],
    ["open tickets", "closed tickets"],
    ["price of the Ford", "price of the Opel"],
    ["Keller invoices of May", "Brandt invoices of May"],
    ["the visit of Dr. Keller", "the visit of Dr. Brandt"],
    ["people who work at Initech", "people who worked at Initech"],
  ])("do not agree about %j and %j", (a, b) => {
    expect(compare(a, b)).toBe("none");
  });
});

const ENTITIES = [
  "not", "17", "3.5%", "$9", "2024-05-03", "tomorrow", '"a b"', "getUser", "user_id", "a3f9c1e",
  "OPS-12", "v1.2.3", "/etc/hosts", "*.ts", "https://a.example/b", "jo@example.org", "@sam", "#tag",
  "except", "before", "highest", "km", "only", "disabled", "東京", "Ω",
]; // prettier-ignore

describe("the guard", () => {
  const text = string({ unit: "grapheme-ascii", maxLength: 60 });

  it("agrees with itself, and the other way round", () => {
    assert(
      property(text, text, (a, b) => {
        const [one, other] = [textFacts(a), textFacts(b)];
        if (one === undefined || other === undefined) return;
        expect(agreement(one, one)).toBe("words");
        expect(agreement(one, other)).toBe(agreement(other, one));
      }),
    );
  });

  it("does not overlook an entity, wherever it is put in", () => {
    const words = "show me the reports of the harbour team with their owners".split(" ");
    assert(
      property(constantFrom(...ENTITIES), constantFrom(...words.keys()), (entity, at) => {
        const longer = [...words.slice(0, at), entity, ...words.slice(at)].join(" ");
        expect(compare(words.join(" "), longer)).toBe("none");
        expect(compare(words.join(" "), `${words.join(" ")} ${entity}`)).toBe("none");
      }),
    );
  });

  it("keeps what is exact equal wherever anything agrees, so that it may part the buckets", () => {
    const chunks = constantFrom(
      "3",
      "May",
      "2024",
      "to",
      "A/b",
      "from",
      "Rome",
      "the",
      "please",
      "5km",
    );
    assert(
      property(chunks, chunks, chunks, chunks, (...parts) => {
        const [a, b] = [parts.join(" "), parts.toReversed().join(" ")];
        pre(compare(a, b) !== "none");
        expect(facts(a).exact).toBe(facts(b).exact);
      }),
    );
  });
});

describe("hostile texts", () => {
  it.each([
    ["a megabyte", "a b ".repeat(250_000)],
    ["a NUL", "weather in\0 Oslo"],
    ["half a surrogate pair", "weather in \ud83d Oslo"],
    ["an invisible character", "weather in Os\u200blo"],
    ["a text that turns round", "weather in \u202eolsO"],
  ])("have no facts: %s", (_, hostile) => {
    expect(textFacts(hostile)).toBeUndefined();
  });

  it.each([
    ["combining marks", "\u0301"],
    ["quotation marks", `"`],
    ["opened quotations", `" a'b "a`],
    ["brackets", "(["],
    ["pauses", ".,!"],
    ["digits", "1,"],
    ["hyphens", "a-"],
    ["courtesies", "please hi thank you "],
    ["dates", "3 may "],
    ["fronted times", "today the "],
  ])("of nothing but %s are read like any other", (_, unit) => {
    const long = unit.repeat(Math.floor(MAX_TEXT_LENGTH / unit.length));
    expect(compare(long, long)).toBe("words");
  });

  it("never throw", () => {
    assert(
      property(string({ unit: "binary", maxLength: 200 }), (any) => {
        expect(() => textFacts(any)).not.toThrow();
      }),
    );
  });
});
