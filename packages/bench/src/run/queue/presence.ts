import { hostname } from "node:os";
import { z } from "zod";
import type { Found } from "../discover.ts";
import { packageVersions, projectVersion } from "../order.ts";
import type { Server } from "./server.ts";

/** Who is at the queue's server. */
export interface Presence {
  /** `ended`: a worker that takes nothing more. */
  readonly kind: "run" | "worker" | "ended";
  /** Host and process. */
  readonly name: string;
  /** Of its project: trials go only where it is the same. */
  readonly version: string;
  readonly packages: readonly { readonly name: string; readonly code: string }[];
  /** Trials at a time, of a worker. */
  readonly jobs?: number;
}

const schema: z.ZodType<Presence> = z.object({
  kind: z.enum(["run", "worker", "ended"]),
  name: z.string(),
  version: z.string(),
  packages: z.array(z.object({ name: z.string(), code: z.string() })),
  jobs: z.int().optional(),
});

/** The queue of all machines whose code is the same: no worker is ever handed a trial of other code. */
export const queueName = (all: readonly Found[]): string => `trials-${projectVersion(all)}`;

export const presenceOf = (kind: Presence["kind"], all: readonly Found[], jobs?: number): Presence => ({
  kind,
  name: `${hostname()} (process ${process.pid})`,
  version: projectVersion(all),
  packages: packageVersions(all),
  jobs,
});

/** What differs between two that do not fit together: "toy is abc there and def here". */
export function difference(there: Presence, here: Presence): string {
  const names = new Set([...there.packages, ...here.packages].map(({ name }) => name));
  const code = (of: Presence, name: string) => of.packages.find((entry) => entry.name === name)?.code;
  return [...names]
    .filter((name) => code(there, name) !== code(here, name))
    .map(
      (name) =>
        `${name} is ${code(there, name) ?? "missing"} there and ${code(here, name) ?? "missing"} here`,
    )
    .join(", ");
}

/** Events that the server keeps: hundreds of workers may answer at the same time. */
const kept = 1000;

/** null for a text that is none: whoever reaches the server may say anything there. */
function presenceIn(text: unknown): Presence | null {
  try {
    return schema.parse(JSON.parse(String(text)));
  } catch {
    return null;
  }
}

/** The place where runs and workers of all versions hear of each other. */
export interface Meeting {
  announce(kind?: Presence["kind"]): Promise<void>;
  close(): Promise<void>;
}

/** Listens to the others; nothing is kept for those who come later, so each announces itself and answers. */
export async function meet(
  server: Server,
  me: Presence,
  hear: (other: Presence) => void,
  trouble: (error: unknown) => void,
): Promise<Meeting> {
  const [events, producer] = [server.events("presence"), server.producer("presence")];
  events.on("error", trouble);
  producer.on("error", trouble);
  events.on("said" as "waiting", (args: object) => {
    const said = presenceIn((args as { who?: unknown }).who);
    if (said && said.name !== me.name) hear(said);
  });
  await Promise.all([events.waitUntilReady(), producer.waitUntilReady()]);
  return {
    announce: (kind = me.kind) =>
      producer.publishEvent({ eventName: "said", who: JSON.stringify({ ...me, kind }) }, kept),
    async close() {
      await Promise.all([events.close(), producer.close()]);
    },
  };
}
