import { describe, expect, it } from "vitest";
import { jobIdOf, trialIdOf } from "../src/run/queue/job-id.ts";

describe("the id of a job", () => {
  it.each(["2096710656656366", "0000000000000000", "90a2fa4d0e0f55dc"])(
    "of trial %s is none that BullMQ refuses",
    (id) => {
      // BullMQ's rule: `${parseInt(id, 10)}` must not be the id, and it must hold no colon.
      expect(`${Number.parseInt(jobIdOf(id), 10)}`).not.toBe(jobIdOf(id));
      expect(jobIdOf(id)).not.toContain(":");
      expect(trialIdOf(jobIdOf(id))).toBe(id);
    },
  );
});
