import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { fetchPredictor } from "../../src/predictor/fetch.ts";

describe("a predictor that is fetched", () => {
  it.each([
    ["a page that asks to log in", "<html>", "bad-file", "model.json is not JSON"],
    ["half of an answer", null, "download", "could not be fetched"],
  ])("is refused when the server sends %s", async (_, answer, code, said) => {
    const server = createServer((__, response) => {
      response.writeHead(200, { "content-length": 6 });
      if (answer === null) response.write("{", () => response.destroy());
      else response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
    await expect(fetchPredictor(url)).rejects.toMatchObject({ code, message: expect.stringContaining(said) });
  });
});
