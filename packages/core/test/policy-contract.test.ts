import { cgc } from "@outrigger/core/sharing/cgc";
import { crossStitch } from "@outrigger/core/sharing/cross-stitch";
import { ple } from "@outrigger/core/sharing/ple";
import { expect, test } from "vitest";
import { allPolicies } from "./support/policies.ts";
import { policyContract } from "./support/policy-contract.ts";

const policies = await allPolicies();

test("the folder is read", () => {
  expect(policies.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      "hardSharing",
      "crossStitch",
      "mmoe",
      "cgc",
      "ple",
      "mtan",
      "taps",
      "residualAdapters",
    ]),
  );
});

for (const [name, make] of policies) policyContract(name, make);

policyContract("crossStitch", (options) => crossStitch({ ...options, self: 0.6 }));
policyContract("cgc", (options) => cgc({ ...options, sharedExperts: 2, taskExperts: 3 }));
policyContract("ple", (options) => ple({ ...options, sharedExperts: 3, taskExperts: 2 }));
