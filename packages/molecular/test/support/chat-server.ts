import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the server saw it. */
export interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: {
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  } & Record<string, unknown>;
}

/** Answers one request; `nth` counts requests from 0. */
export type Behaviour = (seen: Seen, response: ServerResponse, nth: number) => void;

export interface ChatServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly seen: readonly Seen[];
}

/** A local server that speaks OpenAI's chat protocol as well or as badly as `behave` does. */
export async function chatServer(behave: Behaviour): Promise<ChatServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const one = { headers: request.headers, text, body: JSON.parse(text) as Seen["body"] };
      behave(one, response, seen.push(one) - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

/** A chat completion with this text. */
export const say = (response: ServerResponse, content: string): void =>
  json(response, 200, {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 0,
    model: "test",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
  });

/** Names that a question offers; none for the questions that want prose. */
export const offered = ({ body }: Seen): string[] =>
  [...body.messages[1]!.content.matchAll(/^- (\S+): /gm)].map((match) => match[1]!);

const FAVOURITES = ["tpsa", "CrippenClogP", "NumHBD", "BalabanJ", "fr_COO", "NumAromaticRings", "BertzCT"];

/** A good model's answer: prose where prose is wanted, else its favourites of those offered, the best first, and one more. */
export function goodAnswer(seen: Seen): string {
  const names = offered(seen);
  if (names.length === 0) return "Polar groups raise it, hydrocarbon lowers it.";
  const liked = FAVOURITES.filter((name) => names.includes(name));
  return JSON.stringify({ names: [...liked, names.find((name) => !liked.includes(name))] });
}

export const good: Behaviour = (seen, response) => say(response, goodAnswer(seen));
