import { expect, test } from "vitest";
import { writtenPages } from "../blocks/pages.ts";
import { runPage } from "../blocks/run-page.ts";
import { claims } from "./claims.ts";

test.each(writtenPages())("the blocks of %s run, and say what the page says", async (page) => {
  const ran = await runPage(page);
  expect(ran.failure).toBeUndefined();
  await claims[page]?.(ran);
});

test("claims are those of pages that there are", () => {
  expect(writtenPages()).toEqual(expect.arrayContaining(Object.keys(claims)));
});
