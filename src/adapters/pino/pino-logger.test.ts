import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../../kernel/errors.ts";
import { createPinoLogger } from "./pino-logger.ts";

function setUp(options: Parameters<typeof createPinoLogger>[0] = {}) {
  const lines: string[] = [];
  const logger = createPinoLogger(options, { stream: { write: (line) => lines.push(line) } });
  const parsed = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { ...logger, lines, parsed };
}

describe("the log", () => {
  it("writes one JSON object a line with level, time, message and fields", () => {
    const { log, lines, parsed } = setUp();
    log.info({ server: "users", tools: 5 }, "The server is ready.");
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(parsed()[0]).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      pid: process.pid,
      server: "users",
      tools: 5,
      msg: "The server is ready.",
    });
  });

  it("leaves out what is below its level, which can change for loggers already made", () => {
    const { log, parsed, setLevel } = setUp({ level: "warn" });
    const child = log.child({ server: "users" });
    child.info({}, "first");
    child.warn({}, "second");
    setLevel("debug");
    child.debug({}, "third");
    setLevel("silent");
    child.error({}, "fourth");
    expect(parsed().map((line) => line["msg"])).toEqual(["second", "third"]);
  });

  it("gives a child's fields to all its lines", () => {
    const { log, parsed } = setUp();
    log.child({ server: "users" }).child({ session: 7 }).info({ n: 1 }, "hello");
    expect(parsed()[0]).toMatchObject({ server: "users", session: 7, n: 1 });
  });

  it("writes to standard error, and nothing is lost when the process ends at once", () => {
    const script = `
      import { createPinoLogger } from ${JSON.stringify(new URL("pino-logger.ts", import.meta.url).href)};
      const logger = createPinoLogger({});
      for (let n = 0; n < 500; n++) logger.log.info({ n }, "line");
      logger[Symbol.dispose]();
      process.exit(0);`;
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const cwd = fileURLToPath(new URL("../../..", import.meta.url));
    const { stderr, stdout } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
    expect(stdout).toBe("");
    expect(stderr.trim().split("\n")).toHaveLength(500);
  });
});

describe("errors in the log", () => {
  it("are told with their stack and the chain of their causes", () => {
    const { log, parsed } = setUp();
    const root = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    log.error({ err: new Error("the server is away", { cause: root }) }, "A call failed.");
    expect(parsed()[0]).toMatchObject({
      err: {
        type: "Error",
        message: "the server is away",
        stack: expect.stringContaining("pino-logger.test.ts"),
        cause: { message: "connect ECONNREFUSED", code: "ECONNREFUSED" },
      },
    });
  });

  it("leave out stacks of expected failures, and data that may hold arguments", () => {
    const { log, parsed } = setUp();
    const violations = [{ path: "/email", message: "must not be ada@example.org" }];
    log.warn({ err: new GatewayError("invalid-arguments", "Bad.", { violations }) }, "Refused.");
    const [line] = parsed();
    expect(line?.["err"]).toEqual({
      type: "GatewayError",
      code: "invalid-arguments",
      message: "Bad.",
    });
  });

  it("may be anything that was thrown, loops of causes and aggregates included", () => {
    const { log, parsed } = setUp();
    const loop = new Error("loop");
    loop.cause = loop;
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    for (const err of ["text", undefined, { status: 500 }, circular, loop]) log.error({ err }, "x");
    log.error({ err: new AggregateError([new Error("one"), new Error("two")], "both") }, "x");
    const errors = parsed().map((line) => line["err"]);
    expect(errors[0]).toEqual({ type: "string", message: "text" });
    expect(errors[2]).toEqual({ type: "object", message: '{"status":500}' });
    expect(errors[3]).toEqual({ type: "object", message: "[object Object]" });
    expect(errors[4]).toMatchObject({ cause: { cause: { cause: { message: "loop" } } } });
    expect(errors[5]).toMatchObject({ errors: [{ message: "one" }, { message: "two" }] });
  });
});

describe("secrets in the log", () => {
  it("are censored by key, however deep, in any spelling", () => {
    const { log, lines, parsed } = setUp();
    log.info(
      {
        server: {
          env: { GITHUB_TOKEN: 'planted "0" \\' },
          a: { b: [{ clientSecret: "planted" }] },
        },
        response: {
          headers: { "Set-Cookie": ["planted]", 'pl"anted'], "Proxy-Authorization": "planted" },
        },
        authorization: "Bearer planted-1",
        request: { headers: { cookie: "planted-2", "x-api-key": "planted-3" } },
        redis: { password: "planted-4" },
        embedding: { apiKey: "planted-5" },
      },
      "hello",
    );
    log.child({ token: "planted-6" }).info({ secret: "planted-7" }, "hello");
    expect(lines.join("")).not.toContain("anted");
    expect(parsed()[0]).toMatchObject({
      authorization: "[redacted]",
      response: { headers: { "Set-Cookie": "[redacted]" } },
    });
  });

  it("are not seen in what only looks like them", () => {
    const { log, parsed } = setUp();
    const fields = { tokens: 5, token: 7, tokenizer: "o200k_base", secretary: "Ada" };
    log.info(fields, 'a "token":"text" in a message');
    expect(parsed()[0]).toMatchObject({ ...fields, msg: 'a "token":"text" in a message' });
  });

  it("are censored by value anywhere in a line, in every form they take", () => {
    const secret = 'p@ss "word"\\ä/7';
    const { log, lines, parsed } = setUp({ secrets: [secret, "short"] });
    log.error(
      {
        err: new Error(`GET https://x/?key=${encodeURIComponent(secret)} failed`, {
          cause: new Error(JSON.stringify({ sent: secret })),
        }),
        [secret]: secret,
        deep: { list: [{ text: `a ${secret} b` }] },
      },
      `message ${secret}, a short word`,
    );
    const [line] = parsed();
    expect(line).toMatchObject({
      "[redacted]": "[redacted]",
      deep: { list: [{ text: "a [redacted] b" }] },
      msg: "message [redacted], a short word",
      err: { message: "GET https://x/?key=[redacted] failed" },
    });
    expect(lines[0]).not.toContain("p@ss");
    expect(lines[0]).not.toContain("p%40ss");
  });

  it("are censored as soon as they are known, in loggers already made too", () => {
    const { log, addSecrets, lines } = setUp({ secrets: ["first-secret"] });
    const child = log.child({ origin: "second-secret" });
    addSecrets(["second-secret", "second-secret-longer"]);
    child.info({}, "first-secret, second-secret and second-secret-longer");
    expect(lines[0]).not.toMatch(/first|second|longer/);
  });

  it("leave a line JSON even where a secret of digits stands in a number", () => {
    const { log, parsed } = setUp({ secrets: ["1234567"] });
    log.info({ n: 912_345_670, text: "code 1234567" }, "numbers");
    log.info({ text: "code 1234567" }, "text");
    const [number, text] = parsed();
    expect(JSON.stringify(number)).not.toContain("1234567");
    expect(number?.["msg"]).toContain("numbers");
    expect(text).toMatchObject({ text: "code [redacted]", msg: "text" });
  });
});
