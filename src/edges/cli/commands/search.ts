import { Option } from "commander";
import type { z } from "zod";
import { searchAnswerSchema, type searchRequestSchema } from "../../../contract/index.ts";
import type { AddCommand } from "../command/run-command.ts";
import { examples } from "../command/examples.ts";
import { gather, wholeNumber } from "../command/option-values.ts";
import { openGatewayClient } from "../rest/open-client.ts";
import { readAnswer } from "../rest/rest-client.ts";
import { renderHits, summariseSearch } from "../views/search-view.ts";

interface SearchOptions {
  readonly limit?: number;
  readonly server?: readonly string[];
  readonly tag?: readonly string[];
  readonly detail?: "name" | "summary" | "schema";
  readonly explain?: boolean;
}

export const addSearch: AddCommand = (parent, run) =>
  parent
    .command("search")
    .description("Find tools by what they do, in plain words.")
    .argument("<text...>", "what is needed")
    .option("--limit <count>", "tools at most, 1–100 (default: 5)", wholeNumber(1, 100))
    .option("--server <server>", "only tools of this server; may be repeated", gather)
    .option("--tag <tag>", "only tools of servers with this tag; may be repeated", gather)
    .addOption(
      new Option(
        "--detail <level>",
        "how much of each tool to show (default: summary, with --json schema)",
      ).choices(["name", "summary", "schema"]),
    )
    .option("--explain", "show what each signal gave to the score")
    .addHelpText(
      "after",
      examples(
        'switchboard search "who works at a company"',
        "switchboard search read a file --server filesystem --detail schema",
        'switchboard search "open a ticket" --limit 10 --json',
      ),
    )
    .action(
      run<[words: string[]], SearchOptions>(async (context, [words], options) => {
        const { screen } = context;
        const detail = options.detail ?? (screen.json ? "schema" : "summary");
        await using client = await openGatewayClient(context);
        const body = JSON.stringify(toRequest(words.join(" "), { ...options, detail }));
        const { body: answer } = await client.ask({
          method: "POST",
          path: "/v1/tools/search",
          body,
        });
        if (screen.json) return screen.printJson(answer);
        const found = readAnswer(searchAnswerSchema, answer);
        screen.print(renderHits(found, detail, screen.canvas));
        screen.note(screen.errorCanvas.style("dim", summariseSearch(found)));
      }),
    );

function toRequest(query: string, options: SearchOptions): z.input<typeof searchRequestSchema> {
  const { limit, server, tag, detail, explain } = options;
  return {
    query,
    ...(limit === undefined ? {} : { limit }),
    ...(server === undefined ? {} : { servers: [...server] }),
    ...(tag === undefined ? {} : { tags: [...tag] }),
    ...(detail === undefined ? {} : { detail }),
    ...(explain === true ? { explain } : {}),
  };
}
