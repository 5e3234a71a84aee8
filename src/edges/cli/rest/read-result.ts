import { resultPageSchema } from "../../../contract/index.ts";
import { readAnswer, type RestClient } from "./rest-client.ts";

const PAGE_BYTES = 1_048_576;

/** Reads a stored result from its beginning to its end, in pieces. */
export async function* readResult(client: RestClient, handle: string): AsyncIterable<string> {
  let offset: number | undefined = 0;
  while (offset !== undefined) {
    const path = `/v1/results/${encodeURIComponent(handle)}?offset=${offset}&limit=${PAGE_BYTES}`;
    const { body } = await client.ask({ method: "GET", path });
    const page: { text: string; nextOffset?: number | undefined } = readAnswer(
      resultPageSchema,
      body,
    );
    yield page.text;
    offset = page.nextOffset;
  }
}
