import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { fetchDetector } from "../../src/predictor/fetch.ts";
import { FORMAT, recordOf, VERSION } from "../../src/predictor/record.ts";
import { configuration } from "../../src/train/configuration.ts";

const good = {
  format: FORMAT,
  version: VERSION,
  configuration: configuration(),
  classes: ["chair"],
  scenes: ["kitchen"],
};

describe("a detector's record", () => {
  it("is read as it was written", () => {
    expect(recordOf(JSON.parse(JSON.stringify(good)), "model.json")).toEqual(good);
  });

  it.each([
    [{ classes: undefined }, /no names of classes/],
    [{ scenes: "kitchen" }, /no names of classes/],
    [{ configuration: undefined }, /no configuration/],
    [{ configuration: { ...good.configuration, backbone: null } }, /backbone is null/],
    [{ configuration: { ...good.configuration, width: 1e9 } }, /width is 1000000000; give at most 10000/],
    [{ configuration: { ...good.configuration, block: {} } }, /block is \{\}/],
    [{ configuration: { ...good.configuration, auxiliaries: 3 } }, /auxiliaries is 3/],
    [{ configuration: { ...good.configuration, weights: null } }, /weights is null/],
  ])("with %j is refused by name", (changed, said) => {
    expect(() => recordOf({ ...good, ...changed }, "model.json")).toThrow(said);
  });
});

describe("a detector that is fetched", () => {
  it.each([
    ["a page that asks to log in", "<html>", "model.json is not JSON"],
    ["half of an answer", null, "could not be fetched"],
  ])("is refused when the server sends %s", async (_, answer, said) => {
    const server = createServer((__, response) => {
      response.writeHead(200, { "content-length": 6 });
      if (answer === null) response.write("{", () => response.destroy());
      else response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
    await expect(fetchDetector(url)).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringContaining(said),
    });
  });
});
