import { BenchError } from "../../error.ts";

const variable = "OUTRIGGER_QUEUE";

const kinds: Readonly<Record<string, "redis" | "postgres">> = {
  "redis:": "redis",
  "rediss:": "redis",
  "postgres:": "postgres",
  "postgresql:": "postgres",
};

/** Where the server of a queue is. */
export interface Address {
  readonly kind: "redis" | "postgres";
  /** With the password: never to be printed. */
  readonly url: string;
  /** Without user, password and parameters. */
  readonly shown: string;
}

/**
 * The address that a command was given, else that of the environment.
 *
 * @param option of the command line, which every user of the machine can read, so a password in it is refused.
 * @throws BenchError "bad-option"; no message shows what could be a password.
 */
export function queueAddress(option: string | undefined): Address {
  const url = option ?? process.env[variable];
  if (!url)
    throw new BenchError(
      "bad-option",
      `Say where the queue is: --queue redis://HOST or postgres://HOST/DATABASE, or ${variable} when there is a password in it.`,
    );
  const name = option ? "--queue" : variable;
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new BenchError("bad-option", `${name} is no address; it looks like redis://HOST:6379.`);
  }
  const kind = kinds[parsed.protocol];
  if (!kind)
    throw new BenchError(
      "bad-option",
      `${name} begins with ${parsed.protocol}//; it must be redis://, rediss:// or postgres://.`,
    );
  if (option && secrets(parsed).length > 0)
    throw new BenchError(
      "bad-option",
      `--queue has a password in it, which every user of this machine could read. Set ${variable} to this address instead, and leave --queue out.`,
    );
  return { kind, url, shown: `${parsed.protocol}//${parsed.host}${parsed.pathname.replace(/^\/$/, "")}` };
}

/** What of an address nobody is to see. */
function secrets(url: URL): string[] {
  const parameters = [...url.searchParams].filter(([key]) => /pass|secret|token/i.test(key));
  return [url.password, ...parameters.map(([, value]) => value)].filter((text) => text !== "");
}

/** A text of another library, without the address's secrets. */
export function masked(text: string, { url, shown }: Address): string {
  const hidden = secrets(new URL(url)).flatMap((secret) => [secret, decoded(secret)]);
  return hidden.reduce((masked, secret) => masked.replaceAll(secret, "***"), text.replaceAll(url, shown));
}

function decoded(secret: string): string {
  try {
    return decodeURIComponent(secret);
  } catch {
    // A percent sign that nobody has encoded stands for itself.
    return secret;
  }
}
