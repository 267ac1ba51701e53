import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../train.js";

void test("trains, and trusts the helpful auxiliary more than the misleading one", async () => {
  const { rmse, weights } = await run();
  assert.ok(rmse < 0.8, `RMSE ${rmse}; the labels' standard deviation is 1.2`);
  const { y, helpful, misleading } = weights;
  assert.equal(y, 1);
  assert.ok(helpful > 2 * misleading, `helpful ${helpful}, misleading ${misleading}`);
});
