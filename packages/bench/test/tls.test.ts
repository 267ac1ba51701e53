import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readResults } from "../src/results/read.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { outrigger, start, until } from "./command.ts";
import { temporary } from "./harness.ts";
import { inPath, password, serverKinds, type TestServer } from "./servers.ts";

describe.each(serverKinds)("a queue on $name over TLS", (kind) => {
  const missing = kind.missing ?? (inPath("openssl") ? null : "openssl");
  const title = (text: string) => (missing ? `${text} [skipped: ${missing} is not installed]` : text);
  let own: Certificates;
  let server: TestServer;
  beforeAll(async () => {
    if (missing) return;
    own = makeCertificates();
    server = await kind.start(own);
  });
  afterAll(async () => {
    await server?.stop();
    own?.remove();
  });

  /** What a worker says that is refused. */
  const refused = async (env: Record<string, string>): Promise<string> => {
    const { code, output } = await outrigger(["worker"], { env: { OUTRIGGER_QUEUE: server.url, ...env } });
    expect(code).toBe(1);
    expect(output).toMatch(
      /outrigger: There is no queue at (rediss|postgres):\/\/(127\.0\.0\.1|localhost):\d+/,
    );
    expect(output).not.toContain(password);
    return output;
  };

  it.skipIf(missing)(
    title("serves runs and workers that are told whom to trust, after a restart too"),
    async () => {
      const out = temporary();
      const env = { OUTRIGGER_QUEUE: server.url, NODE_EXTRA_CA_CERTS: own.authority };
      const asked = ["run", "toy/crowd", "--executor", "bullmq", "--methods", "one", "--out", out];
      const run = start([...asked, "--report", join(out, "report")], { env });
      await until(() => run.heard().includes("No worker with this code is at"));
      await server.restart();
      const worker = start(["worker", "--workers=1"], { env });
      onTestFinished(() => void worker.child.kill("SIGKILL"));
      const { code, output } = await run.ended;
      expect({ code, output }).toMatchObject({ code: 0 });
      expect(readResults(join(out, "toy/smoke.jsonl")).rows).toHaveLength(2);
    },
  );

  it.skipIf(missing)(
    title("is refused when nobody known vouches for it, and says how to name its authority"),
    async () => {
      const output = await refused({ NODE_EXTRA_CA_CERTS: "" });
      // A server may send its authority's certificate along; that makes it no better known.
      expect(output).toMatch(
        /: (unable to verify the first certificate|self-signed certificate in certificate chain)\. If its authority is your own, name the file with that one's certificate \(PEM\) in NODE_EXTRA_CA_CERTS\./,
      );
    },
  );

  it.skipIf(missing)(title("is refused under a name that its certificate does not have"), async () => {
    const url = server.url.replace("127.0.0.1", "localhost");
    const output = await refused({ OUTRIGGER_QUEUE: url, NODE_EXTRA_CA_CERTS: own.authority });
    expect(output).toContain("Host: localhost. is not cert's");
  });
});
