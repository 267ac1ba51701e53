import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { type LanguageModelOptions, selectCandidates } from "../src/index.ts";
import { retryAfter } from "../src/select/complaint.ts";
import { type Behaviour, chatServer, good, json } from "./support/chat-server.ts";
import { ask, dataset, first, folder, KEY, newFolderEachTest, quick } from "./support/language-model.ts";

newFolderEachTest();

describe("an endpoint in trouble", () => {
  const failing =
    (status: number, headers = {}, error: object = { message: "busy" }): Behaviour =>
    (_, response) =>
      json(response, status, { error }, headers);

  it.each([408, 409, 429, 500, 502, 503])("is tried again after %i", async (status) => {
    await using server = await chatServer(first(2, failing(status)));
    const lines: string[] = [];
    const { names } = await ask(server.baseUrl, { onProgress: (line) => lines.push(line) });
    expect(names[0]).toBe("tpsa");
    expect(lines.filter((line) => line.includes("try"))).toEqual([
      `language model: it answered ${status} busy; try 2 of 6 in 0.001 s`,
      `language model: it answered ${status} busy; try 3 of 6 in 0.002 s`,
    ]);
  });

  it("is given the wait that it asks for, in seconds or as a date", async () => {
    await using server = await chatServer(first(1, failing(429, { "retry-after": "0.05" })));
    const lines: string[] = [];
    await ask(server.baseUrl, { backoffMs: 60_000, onProgress: (line) => lines.push(line) });
    expect(lines[1]).toBe("language model: it answered 429 busy; try 2 of 6 in 0.05 s");
    const now = Date.parse("Thu, 01 Jan 2026 00:00:00 GMT");
    const at = (text: string): number | undefined => retryAfter(new Headers({ "retry-after": text }), now);
    expect([at("7"), at("Thu, 01 Jan 2026 00:00:09 GMT"), at("Wed, 31 Dec 2025 00:00:00 GMT")]).toEqual([
      7000, 9000, 0,
    ]);
    expect([at("soon"), retryAfter(new Headers()), retryAfter(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("that asks for a longer wait than there is time for is given up at once", async () => {
    await using server = await chatServer(failing(429, { "retry-after": "3600" }));
    const error = ask(server.baseUrl);
    await expect(error).rejects.toMatchObject({ code: "download", details: { reason: "time" } });
    await expect(error).rejects.toThrow(/429 busy, and the next try is 3600 s away/);
    expect(server.seen).toHaveLength(1);
  });

  it("is given up after the tries allowed", async () => {
    await using server = await chatServer(failing(500));
    const error = ask(server.baseUrl, { retries: 3 });
    await expect(error).rejects.toMatchObject({
      code: "download",
      details: { reason: "endpoint", tries: 4 },
    });
    await expect(error).rejects.toThrow(/gave no answer after 4 tries: it answered 500 busy/);
    expect(server.seen).toHaveLength(4);
  });

  it.each([
    [400, undefined, /temperature/],
    [403, undefined, /may use this model/],
    [404, undefined, /OUTRIGGER_LLM_MODEL/],
    [429, "insufficient_quota", /no credit left/],
  ])("is not tried again after %i %s", async (status, code, cure) => {
    await using server = await chatServer(failing(status, {}, { message: "no", code }));
    await expect(ask(server.baseUrl)).rejects.toThrow(cure);
    expect(server.seen).toHaveLength(1);
  });

  it("that cuts the connection is tried again", async () => {
    await using server = await chatServer(first(2, (_, response) => response.destroy()));
    expect((await ask(server.baseUrl)).names[0]).toBe("tpsa");
  });

  it("that cuts the connection within an answer is tried again", async () => {
    const half: Behaviour = (_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
      response.write('{"choices": [');
      setTimeout(() => response.destroy(), 20);
    };
    await using server = await chatServer(first(1, half));
    expect((await ask(server.baseUrl)).names[0]).toBe("tpsa");
  });

  it("that is slow, but not too slow, is waited for", async () => {
    await using server = await chatServer((seen, response, nth) => {
      if (nth > 1) return good(seen, response, nth);
      response.writeHead(200, { "content-type": "application/json" });
      response.write(" ");
      return setTimeout(
        () => response.end(JSON.stringify({ choices: [{ message: { content: "slow" } }] })),
        100,
      );
    });
    const { names } = await ask(server.baseUrl);
    expect(names[0]).toBe("tpsa");
    expect(server.seen.length).toBeLessThanOrEqual(12);
  });

  it.each<[string, Behaviour]>([
    ["never answers", () => undefined],
    [
      "stops within an answer",
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"choices": [');
      },
    ],
  ])("that %s is left after the timeout, tried again and given up", async (_, behave) => {
    await using server = await chatServer(behave);
    const error = ask(server.baseUrl, { timeoutMs: 300, retries: 1 });
    await expect(error).rejects.toThrow(/after 2 tries: no answer within 0.3 s/);
    expect(server.seen.length).toBeLessThanOrEqual(2);
  });

  it("has a time limit for everything", async () => {
    await using server = await chatServer(() => undefined);
    const error = ask(server.baseUrl, { timeoutMs: 60_000, totalMs: 150 });
    await expect(error).rejects.toMatchObject({ code: "download", details: { reason: "time" } });
    expect(server.seen.length).toBeLessThanOrEqual(1);
  });

  it("that is not there is reported with its address, or fallen back from", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    await expect(ask(baseUrl, { retries: 1 })).rejects.toThrow(
      `The language model at ${baseUrl} gave no answer after 2 tries: the connection failed`,
    );
    const found = await ask(baseUrl, { retries: 0 }, { fallback: "frozen-votes" });
    expect(found.how).toBe("frozen-votes");
  });

  it("is left alone as soon as the caller aborts, while it hangs or while waiting", async () => {
    const controller = new AbortController();
    await using hanging = await chatServer(() => controller.abort(new Error("enough")));
    await expect(
      ask(hanging.baseUrl, { signal: controller.signal }, { fallback: "frozen-votes" }),
    ).rejects.toThrow("enough");
    const second = new AbortController();
    await using busy = await chatServer(failing(429, { "retry-after": "500" }));
    const waiting = ask(busy.baseUrl, {
      signal: second.signal,
      onProgress: (line) => line.includes("try 2") && second.abort(new Error("enough too")),
    });
    await expect(waiting).rejects.toThrow("enough too");
    await expect(ask(busy.baseUrl, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow(
      "before",
    );
    expect(busy.seen).toHaveLength(1);
  });
});

describe("options", () => {
  it.each<[LanguageModelOptions, RegExp]>([
    [{ model: undefined }, /No language model is named.*OUTRIGGER_LLM_MODEL/],
    [{ apiKey: undefined, baseUrl: undefined }, /no key for the language model.*OPENAI_API_KEY/],
    [{ baseUrl: "ftp://x/v1" }, /http or https address/],
    [{ baseUrl: "http://me:word@x/v1" }, /without a user name/],
    [{ baseUrl: "nowhere" }, /http or https address/],
    [{ timeoutMs: Number.NaN }, /timeoutMs must be a whole number from 1, not NaN/],
    [{ retries: -1 }, /retries must be a whole number from 0, not -1/],
    [
      { baseUrl: "", env: { OPENAI_BASE_URL: "", OPENAI_API_KEY: "" }, apiKey: "" },
      /no key for the language model/,
    ],
    [{ rounds: 0 }, /rounds must be a whole number from 1, not 0/],
    [{ most: 23 }, /chunk \(45\) must be at least twice most \(23\)/],
  ])("%o is refused", async (wrong, message) => {
    const model = { ...quick, cache: folder, ...wrong };
    const refused = selectCandidates({ how: "language-model", dataset, model });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(/word/);
  });

  it("come from the environment", async () => {
    await using server = await chatServer(good);
    const env = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: KEY, OUTRIGGER_LLM_MODEL: "from-env" };
    const model = { ...quick, apiKey: undefined, model: undefined, cache: folder, env };
    const { settings } = await selectCandidates({ how: "language-model", dataset, model });
    expect(settings).toMatchObject({ model: "from-env" });
    expect(server.seen[0]).toMatchObject({
      headers: { authorization: `Bearer ${KEY}` },
      body: { model: "from-env" },
    });
  });
});
