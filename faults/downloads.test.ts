import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findData } from "@outrigger/core/data/source";
import type { Random } from "@outrigger/core/random";
import { fetchPredictor } from "@outrigger/molecular/predictor/fetch";
import { fetchDetector } from "@outrigger/vision-rock/predictor/fetch";
import { afterAll, describe } from "vitest";
import { damaged } from "./support/damage.ts";
import { fault, isTyped, kept, pick } from "./support/fault.ts";
import { folders } from "./support/folder.ts";

const fresh = folders();
const contents = Buffer.from(Array.from({ length: 30_000 }, (_, i) => (i * i) % 251));
const sha256 = createHash("sha256").update(contents).digest("hex");

type Behaviour = (request: IncomingMessage, response: ServerResponse, random: Random) => void;

const fromOf = ({ headers }: IncomingMessage): number =>
  Number(/bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0);
const honest: Behaviour = (request, response) => {
  const from = fromOf(request);
  if (from >= contents.length) response.writeHead(416).end();
  else if (from > 0)
    response.writeHead(206, { "content-length": contents.length - from }).end(contents.subarray(from));
  else response.writeHead(200, { "content-length": contents.length }).end(contents);
};
const secret = join(fresh(), "secret");
writeFileSync(secret, contents);

/** What a server, or what stands between, may do. */
const behaviours: Readonly<Record<string, Behaviour>> = {
  "breaks off": (_, response, random) => {
    response.writeHead(200, { "content-length": contents.length });
    response.write(contents.subarray(0, random.integer(contents.length)), () => response.destroy());
  },
  "breaks off before a word": (_, response) => void response.destroy(),
  "says it is longer than it is": (_, response, random) => {
    response.writeHead(200, { "content-length": contents.length + 1 + random.integer(1000) });
    response.write(contents, () => response.destroy());
  },
  "says it is shorter than it is": ({ socket }, _, random) => {
    const length = random.integer(contents.length);
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`);
    socket.end(contents);
  },
  "sends the wrong bytes": (_, response, random) => void response.end(damaged(random, contents)),
  "sends a page that asks to log in": (_, response) => void response.end("<html>please log in</html>"),
  "sends nothing": (_, response) => void response.writeHead(200, { "content-length": 0 }).end(),
  "says 204": (_, response) => void response.writeHead(204).end(),
  "redirects in circles": ({ url }, response) => void response.writeHead(302, { location: url }).end(),
  "redirects to a file": (_, response) =>
    void response.writeHead(302, { location: pathToFileURL(secret).href }).end(),
  "redirects nowhere": (_, response) => void response.writeHead(302, { location: "http://" }).end(),
  refuses: (_, response, random) =>
    void response.writeHead(pick(random, [401, 403, 404, 429, 500, 503])).end("no"),
  "sends the rest from another place": (request, response, random) => {
    const from = fromOf(request);
    if (from === 0) honest(request, response, random);
    else response.writeHead(206).end(contents.subarray(random.integer(from)));
  },
  "sends a part unasked": (_, response, random) =>
    void response.writeHead(206).end(contents.subarray(1 + random.integer(100))),
  "says 416 to everything": (_, response) => void response.writeHead(416).end(),
  "sends broken compression": (_, response) =>
    void response.writeHead(200, { "content-encoding": "gzip" }).end(contents),
  "speaks no HTTP": ({ socket }) => void socket.end("SSH-2.0-OpenSSH_9.2\r\n"),
  "is slow": (_, response) => {
    response.writeHead(200, { "content-length": contents.length });
    const step = contents.length / 5;
    for (let i = 0; i < 5; i++)
      setTimeout(
        () => response[i === 4 ? "end" : "write"](contents.subarray(i * step, (i + 1) * step)),
        15 * i,
      );
  },
};

let behave: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
const server = createServer((request, response) => behave(request, response));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("Downloads from a server that", () => {
  for (const [name, behaviour] of Object.entries(behaviours)) {
    fault(name, { cases: [10, 2] }, async (random) => {
      const cache = fresh();
      const path = join(cache, "toy", "a.bin");
      const find = (): Promise<string> =>
        findData(
          { domain: "toy", file: "a.bin", url: `${base}/a.bin`, sha256 },
          { env: { OUTRIGGER_CACHE: cache } },
        );
      // Half of the tries find what an earlier one left, right or wrong.
      if (random.uniform() < 0.5) {
        const part = contents.subarray(0, random.integer(contents.length + 1));
        mkdirSync(join(cache, "toy"));
        writeFileSync(
          `${path}.part`,
          random.uniform() < 0.3 && part.length > 0 ? damaged(random, part) : part,
        );
      }
      behave = (request, response) => behaviour(request, response, random);
      const failure = await find().then(
        () => null,
        (error: unknown) => error,
      );
      if (failure !== null && !isTyped(failure)) throw failure as Error;
      kept(
        failure !== null || readFileSync(path).equals(contents),
        "a download of other bytes counts as right",
      );
      kept(failure === null || !existsSync(path), "a failed download left the file");
      // Once the server is well, the same call gets the file, at the second try at the latest.
      behave = (request, response) => honest(request, response, random);
      await find().catch((error: unknown) => {
        if (!isTyped(error)) throw error;
        return find();
      });
      kept(readFileSync(path).equals(contents), "the file cannot be had any more");
      if (failure !== null) throw failure as Error;
    });
  }

  for (const [what, read] of Object.entries({
    "a predictor": () => fetchPredictor(`${base}/model/`),
    "a detector": () => fetchDetector(`${base}/model/`),
  }))
    fault(`is asked for ${what} and does any of that`, { cases: [40, 6] }, async (random) => {
      const names = Object.keys(behaviours);
      const behaviour = behaviours[pick(random, names)]!;
      behave = (request, response) => behaviour(request, response, random);
      await read();
      kept(false, `${what} was made of nothing`);
    });
});
