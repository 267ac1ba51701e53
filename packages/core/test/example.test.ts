import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("the example of a rule from outside passes its own tests on these sources", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@outrigger/source", "--import", "tsx", "--test", "test/"],
    {
      cwd: fileURLToPath(new URL("../../../examples/custom-rule/", import.meta.url)),
      encoding: "utf8",
      // A test runner inside of another one reports to it unless told that it is alone.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    },
  );
  expect(stdout + stderr).toMatch(/^# pass 22$/m);
  expect(status).toBe(0);
});
