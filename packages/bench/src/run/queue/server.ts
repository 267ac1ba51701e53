import type { Job, Processor, Queue, QueueEvents, QueueEventsProducer, Worker } from "bullmq";
import { BenchError } from "../../error.ts";
import { optional } from "../../optional.ts";
import { type Address, masked } from "./address.ts";

/** Names of Redis keys begin with it, and it is the schema in PostgreSQL: BullMQ queues of others stay apart. */
const namespace = "outrigger";

/** Node's codes for a certificate for which nobody vouches that it knows. */
const unknownAuthority = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);
const trust =
  "If its authority is your own, name the file with that one's certificate (PEM) in NODE_EXTRA_CA_CERTS.";

/** What a job holds: who asked for the trial, and the trial as text, which PostgreSQL would otherwise put into another order. */
export interface Parcel {
  readonly owner: string;
  readonly trial: string;
}
/** Its result is an outcome as text. */
export type QueueJob = Job<Parcel, string>;

/** How a worker takes jobs. */
export interface WorkerHow {
  readonly concurrency: number;
  /** Seconds after which the jobs of a worker that is gone are given to others. */
  readonly lock: number;
}

/** A server that is there, with BullMQ on it. */
export interface Server {
  readonly shown: string;
  /** What went wrong, without the address's password. */
  describe(error: unknown): string;
  queue(name: string): Queue<Parcel, string>;
  events(name: string): QueueEvents;
  producer(name: string): QueueEventsProducer;
  worker(name: string, processor: Processor<Parcel, string>, how: WorkerHow): Worker<Parcel, string>;
}

/**
 * Connects to a server once, to see that it answers and lets us in.
 *
 * @throws BenchError "queue" when it does not, "missing-package" when BullMQ or the client of this kind of server is not installed.
 */
export async function openServer(address: Address): Promise<Server> {
  const client = address.kind === "redis" ? "ioredis" : "pg";
  const install = `npm install bullmq ${client}`;
  const bullmq = await optional(() => import("bullmq"), "bullmq, which runs trials over a queue", install);
  const describe = (error: unknown) => {
    const { message, code } = error as NodeJS.ErrnoException;
    const text = masked(message || code || String(error), address);
    return unknownAuthority.has(code ?? "") ? `${text}. ${trust}` : text;
  };
  try {
    await (address.kind === "redis" ? greetRedis(address.url, install) : greetPostgres(address.url, install));
  } catch (error) {
    if (error instanceof BenchError) throw error;
    throw new BenchError("queue", `There is no queue at ${address.shown}: ${describe(error)}`);
  }
  // Both kinds have the same classes, but for the types of their connections.
  const { Queue, QueueEvents, QueueEventsProducer, Worker } = (
    address.kind === "redis" ? bullmq : bullmq.withBackend(bullmq.createPostgresBackend)
  ) as typeof bullmq;
  const options = (max: number) => ({
    connection: (address.kind === "redis" ? redis(address.url) : postgres(address.url, max)) as object,
    prefix: namespace,
  });
  return {
    shown: address.shown,
    describe,
    // Of what happened the last thousand is enough: who listens is there, and looks for what it has missed.
    queue: (name) => new Queue(name, { ...options(4), streams: { events: { maxLen: 1000 } } }),
    events: (name) => new QueueEvents(name, options(2)),
    producer: (name) => new QueueEventsProducer(name, options(2)),
    worker: (name, processor, { concurrency, lock }) =>
      new Worker(name, processor, {
        ...options(4),
        autorun: false,
        concurrency,
        lockDuration: lock * 1000,
        stalledInterval: lock * 500,
        maxStalledCount: 2,
        runRetryDelay: 1000,
      }),
  };
}

/** Waits for a server that is away, for any time, and looks for it every two seconds. */
const redis = (url: string) => ({
  url,
  maxRetriesPerRequest: null,
  retryStrategy: (times: number) => Math.min(100 * 2 ** times, 2000),
});

const postgres = (url: string, max: number) => ({
  connectionString: url,
  schema: namespace,
  migrate: true,
  max,
});

async function greetRedis(url: string, install: string): Promise<void> {
  const { Redis } = await optional(() => import("ioredis"), "ioredis, the client of Redis", install);
  const options = { lazyConnect: true, retryStrategy: () => null, connectTimeout: 10_000 };
  const client = new Redis(url, { ...options, maxRetriesPerRequest: 0 });
  // Without a listener ioredis prints it; what is thrown may only say that the connection was closed.
  let why: unknown;
  client.on("error", (error) => {
    why = error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw why ?? error;
  } finally {
    client.disconnect();
  }
}

async function greetPostgres(url: string, install: string): Promise<void> {
  const { default: pg } = await optional(() => import("pg"), "pg, the client of PostgreSQL", install);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {}); // What is wrong is thrown.
  try {
    await client.connect();
  } finally {
    await client.end().catch(() => {});
  }
}
