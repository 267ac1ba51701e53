import { short } from "@outrigger/core/command/text-table";
import * as fc from "fast-check";
import { expect, test } from "vitest";

test.each([
  [0, "0.000"],
  [-0, "0.000"],
  [0.954, "0.954"],
  [-0.5, "−0.500"],
  [0.0123, "0.0123"],
  [0.00012, "0.000120"],
  [-0.0001, "−0.000100"],
  [0.00009996, "0.000100"],
  [-0.0000123, "−1.23e−5"],
  [0.9996, "1.000"],
  [1.5, "1.500"],
  [9.9996, "10.00"],
  [12.345, "12.35"],
  [99.996, "100.0"],
  [999.94, "999.9"],
  [999.96, "1000"],
  [12345.6, "12346"],
  [Number.NaN, "–"],
  [null, "–"],
  [undefined, "–"],
])("%s reads %s", (value, text) => expect(short(value)).toBe(text));

test("what is read back is within half a unit of the third digit, or the fourth from 1 on, and never an unsigned 0", () => {
  const size = fc
    .tuple(fc.double({ min: 1, max: 10, noNaN: true }), fc.integer({ min: -12, max: 9 }))
    .map(([one, power]) => one * 10 ** power);
  fc.assert(
    fc.property(size, fc.boolean(), (positive, minus) => {
      const value = minus ? -positive : positive;
      const read = Number(short(value).replaceAll("−", "-"));
      expect(Math.sign(read)).toBe(Math.sign(value));
      expect(Math.abs(read - value)).toBeLessThanOrEqual((positive < 1 ? 5.01e-3 : 5.01e-4) * positive);
    }),
  );
});
