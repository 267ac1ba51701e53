import { expect, test } from "vitest";
import { BLANK, END, PADDING, SEPARATOR, vocabulary } from "../src/vocabulary.ts";

test("every token id has one meaning, and all ids are used", () => {
  const words = vocabulary({ symbols: 3, numbers: 2, tasks: ["sort", "min"] });
  const ids = [
    PADDING,
    SEPARATOR,
    END,
    BLANK,
    words.task("sort"),
    words.task("min"),
    words.number(0),
    words.number(1),
    words.symbol(0),
    words.symbol(1),
    words.symbol(2),
  ];
  expect(ids).toEqual([...ids.keys()]);
  expect(words.size).toBe(ids.length);
  expect(ids.map((id) => words.text(id, ["a", "b"]))).toEqual([
    "padding",
    "separator",
    "end",
    "blank",
    "sort",
    "min",
    "#0",
    "#1",
    "a",
    "b",
    "2",
  ]);
});

test("what is not in the vocabulary is an error that names it", () => {
  const words = vocabulary({ symbols: 3, tasks: ["sort"] });
  expect(() => words.task("mode")).toThrow(/"mode" has no token/);
  for (const wrong of [
    () => words.symbol(3),
    () => words.symbol(-1),
    () => words.symbol(0.5),
    () => words.number(0),
  ])
    expect(wrong).toThrow(expect.objectContaining({ code: "bad-data" }));
  for (const wrong of [
    () => vocabulary({ symbols: 0, tasks: [] }),
    () => vocabulary({ symbols: 2, numbers: -1, tasks: [] }),
    () => vocabulary({ symbols: 2, tasks: ["a", "a"] }),
  ])
    expect(wrong).toThrow(expect.objectContaining({ code: "bad-option" }));
});
