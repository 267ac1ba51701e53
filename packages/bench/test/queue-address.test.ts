import { afterEach, describe, expect, it } from "vitest";
import { optional } from "../src/optional.ts";
import { masked, queueAddress } from "../src/run/queue/address.ts";
import { outrigger, place } from "./command.ts";

const secret = "s3cret/%";
const hidden = encodeURIComponent(secret);

afterEach(() => {
  delete process.env.OUTRIGGER_QUEUE;
});

describe("queueAddress", () => {
  it("takes the option, else the environment, and shows neither user nor password nor parameters", () => {
    process.env.OUTRIGGER_QUEUE = `postgresql://me:${hidden}@lab/trials?sslmode=require`;
    expect(queueAddress("rediss://lab:6390/2")).toEqual({
      kind: "redis",
      url: "rediss://lab:6390/2",
      shown: "rediss://lab:6390/2",
    });
    expect(queueAddress(undefined)).toEqual({
      kind: "postgres",
      url: `postgresql://me:${hidden}@lab/trials?sslmode=require`,
      shown: "postgresql://lab/trials",
    });
  });

  it("refuses a password on the command line, and what is no address, without showing it", () => {
    const wrong = (option: string | undefined): string => {
      try {
        queueAddress(option);
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    };
    for (const url of [`redis://:${hidden}@lab`, `postgres://lab/x?password=${hidden}`]) {
      expect(wrong(url)).toContain("Set OUTRIGGER_QUEUE to this address instead");
      expect(wrong(url)).not.toContain(hidden);
    }
    process.env.OUTRIGGER_QUEUE = `http://:${hidden}@lab`;
    expect(wrong(undefined)).toBe(
      "OUTRIGGER_QUEUE begins with http://; it must be redis://, rediss:// or postgres://.",
    );
    process.env.OUTRIGGER_QUEUE = hidden;
    expect(wrong(undefined)).toBe("OUTRIGGER_QUEUE is no address; it looks like redis://HOST:6379.");
    delete process.env.OUTRIGGER_QUEUE;
    expect(wrong(undefined)).toContain("Say where the queue is: --queue redis://HOST");
  });

  it("takes a password out of what other libraries say, in both of its forms", () => {
    process.env.OUTRIGGER_QUEUE = `redis://:${hidden}@lab`;
    const address = queueAddress(undefined);
    const said = `cannot reach ${address.url} with ${secret} or ${hidden}`;
    expect(masked(said, address)).toBe("cannot reach redis://lab with *** or ***");
  });

  it("takes out a password with a percent sign that nobody has encoded", () => {
    process.env.OUTRIGGER_QUEUE = "redis://:50%off@lab";
    expect(masked("no entry with 50%off", queueAddress(undefined))).toBe("no entry with ***");
  });
});

describe("optional", () => {
  it("says what to install", async () => {
    const load = () => import("a-package-that-nobody-has" as string);
    await expect(
      optional(load, "a-package, which this needs", "npm install a-package"),
    ).rejects.toMatchObject({
      code: "missing-package",
      message: "a-package, which this needs, is not installed: npm install a-package.",
    });
  });
});

describe("outrigger", () => {
  it("says when no server answers, and when a queue is named that is not used", async () => {
    const { args } = place();
    const asked = [...args("toy/noise"), "--queue", "redis://127.0.0.1:1"];
    expect((await outrigger(asked)).output).toContain("--queue goes with --executor bullmq.");
    const { code, output } = await outrigger([...asked, "--executor", "bullmq"]);
    expect(code).toBe(1);
    expect(output).toContain("There is no queue at redis://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1");
    const other = await outrigger(["worker", "--queue", "postgres://127.0.0.1:1/x"]);
    expect(other.output).toContain("There is no queue at postgres://127.0.0.1:1/x: connect ECONNREFUSED");
  });
});
