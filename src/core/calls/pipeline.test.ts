import { describe, expect, it } from "vitest";
import { makeCall, resultOf } from "../../../test/support/fakes/call-fixture.ts";
import { createPipeline, PIPELINE, type PipelineStages } from "./pipeline.ts";
import { compose, type Next, type Stage } from "./stage.ts";

describe("the pipeline", () => {
  it("has this order", () => {
    expect(PIPELINE).toEqual([
      "record",
      "authorise",
      "quota",
      "deadline",
      "validate",
      "invalidate",
      "cache",
      "singleFlight",
      "alternates",
      "retry",
      "circuit",
      "concurrencyLimit",
      "upstream",
    ]);
  });

  function stagesThatTell(seen: string[], left: readonly string[]): PipelineStages {
    const tell =
      (name: string): Stage =>
      (call, next) => {
        seen.push(name);
        return next(call);
      };
    const names = PIPELINE.filter((name) => !left.includes(name));
    const upstream: Next = () => {
      seen.push("upstream");
      return resultOf("done");
    };
    const stages = Object.fromEntries(names.map((name) => [name, tell(name)]));
    return { ...stages, upstream } as unknown as PipelineStages;
  }

  it("passes a call through all its stages in that order", async () => {
    const seen: string[] = [];
    await createPipeline(stagesThatTell(seen, []))(makeCall());
    expect(seen).toEqual([...PIPELINE]);
  });

  it("leaves out the places where nothing stands", async () => {
    const seen: string[] = [];
    const left = ["invalidate", "cache", "alternates"];
    await createPipeline(stagesThatTell(seen, left))(makeCall());
    expect(seen).toEqual(PIPELINE.filter((name) => !left.includes(name)));
  });

  it("makes no promises where no stage needs any", () => {
    expect(createPipeline(stagesThatTell([], []))(makeCall())).not.toBeInstanceOf(Promise);
  });

  it("lets a stage end a call, so that the rest never sees it", () => {
    const refuse: Stage = () => ({ kind: "cancelled" });
    const run = compose([refuse], () => expect.unreachable());
    expect(run(makeCall())).toEqual({ kind: "cancelled" });
  });
});
