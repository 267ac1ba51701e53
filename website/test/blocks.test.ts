import { expect, test } from "vitest";
import { writtenPages } from "../blocks/pages.ts";
import { runPage } from "../blocks/run-page.ts";

test.each(writtenPages())("the blocks of %s run", async (page) => {
  expect(await runPage(page)).toBeUndefined();
});
