import { describe, expect, it } from "vitest";
import { GatewayError } from "../../kernel/errors.ts";
import { failureAnswer } from "./failure-answer.ts";

function textOf(error: GatewayError): string {
  const answer = failureAnswer(error, "meta");
  if (answer.kind !== "result") throw new Error(`a result was expected, got ${answer.kind}`);
  const { content } = JSON.parse(Buffer.from(answer.body).toString()) as {
    content: { text: string }[];
  };
  return content[0]!.text;
}

describe("what a model reads of a failure", () => {
  it("adds the violations, names and times that the message does not tell", () => {
    const violations = [{ path: "/a", message: "is required" }];
    expect(textOf(new GatewayError("invalid-arguments", "Wrong.", { violations }))).toBe(
      "Wrong.\n- /a: is required",
    );
    const nearest = ["s__read", "s__reap"];
    expect(textOf(new GatewayError("unknown-tool", "None.", { tool: "s__rea", nearest }))).toBe(
      "None.\nDid you mean s__read, s__reap?",
    );
    const busy = { reason: "busy", retryAfterMs: 500 };
    expect(textOf(new GatewayError("rate-limited", "Busy.", busy))).toBe(
      "Busy.\nTry again in 500 ms.",
    );
  });

  it("says nothing twice", () => {
    const messages = [
      new GatewayError("invalid-arguments", "Wrong: /a is required.", {
        violations: [{ path: "/a", message: "is required" }],
      }),
      new GatewayError("unknown-tool", "None. Did you mean s__read?", {
        tool: "s__rea",
        nearest: ["s__read"],
      }),
      new GatewayError("rate-limited", "Busy; try again in 500 ms.", {
        reason: "busy",
        retryAfterMs: 500,
      }),
    ];
    for (const error of messages) expect(textOf(error)).toBe(error.message);
  });
});
