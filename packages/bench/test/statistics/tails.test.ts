import jstat from "jstat";
import { describe, expect, it } from "vitest";
import { studentQuantile } from "../../src/statistics/student-t.ts";
import { rangeCumulative, rangeQuantile } from "../../src/statistics/studentized-range.ts";
import { chiSquaredTail, fisherTail, normalTail } from "../../src/statistics/tails.ts";

const { jStat } = jstat;

const expectRelative = (actual: number, wanted: number, tolerance: number) =>
  expect(Math.abs(actual / wanted - 1)).toBeLessThan(tolerance);

describe("normalTail", () => {
  // scipy 1.17.1, norm.sf
  it.each([
    [0.1, 0.460172162722971],
    [1, 0.15865525393145707],
    [1.96, 0.024997895148220435],
    [3, 0.0013498980316300933],
    [6, 9.865876450376946e-10],
    [10, 7.61985302416047e-24],
    [20, 2.7536241186061556e-89],
  ])("at %f has the relative accuracy of scipy", (z, tail) => {
    expectRelative(normalTail(z), tail, 2e-13);
    expectRelative(normalTail(-z), 1 - tail, 2e-13);
  });

  it("is one half at zero", () => expect(normalTail(0)).toBe(0.5));
});

describe("chiSquaredTail", () => {
  // scipy 1.17.1, chi2.sf
  it.each([
    [0.5, 1, 0.47950012218695337],
    [3.2, 3, 0.36180502749753174],
    [10, 3, 0.01856613546304325],
    [40, 9, 7.598525229464264e-6],
    [100, 99, 0.4529585113209314],
    [300, 99, 4.2266534644194534e-22],
  ])("of %f with %i degrees of freedom is scipy's", (x, freedom, tail) => {
    expectRelative(chiSquaredTail(x, freedom), tail, 1e-11);
  });

  it("is jstat's complement over a grid", () => {
    for (const freedom of [1, 2, 5, 12, 40]) {
      for (const x of [0.01, 0.5, 2, 7, 30])
        expect(chiSquaredTail(x, freedom)).toBeCloseTo(1 - jStat.chisquare.cdf(x, freedom), 9);
    }
  });
});

describe("fisherTail", () => {
  // scipy 1.17.1, f.sf
  it.each([
    [0.3, 3, 39, 0.825177364281095],
    [2.5, 3, 39, 0.07365642913972309],
    [15, 9, 81, 4.992061546202497e-14],
    [1.02, 1, 4, 0.3696501957644837],
  ])("of %f with %i and %i degrees of freedom is scipy's", (x, between, within, tail) => {
    expectRelative(fisherTail(x, between, within), tail, 1e-11);
    expect(fisherTail(x, between, within)).toBeCloseTo(1 - jStat.centralF.cdf(x, between, within), 7);
  });
});

describe("studentQuantile", () => {
  it("is jstat's", () => {
    for (const freedom of [1, 3, 9, 29])
      for (const p of [0.01, 0.6, 0.975])
        expectRelative(studentQuantile(p, freedom), jStat.studentt.inv(p, freedom), 1e-6);
  });
});

describe("rangeQuantile", () => {
  // scipy 1.17.1, studentized_range.ppf with infinite degrees of freedom
  it.each([
    [0.9, 2, 2.3261743073533476],
    [0.95, 2, 2.771807648699355],
    [0.99, 3, 4.12030320646012],
    [0.95, 5, 3.857655510378623],
    [0.95, 10, 4.474124221725907],
    [0.9, 20, 4.694104409490512],
    [0.95, 50, 5.646026026380527],
  ])("at %f of %i values is scipy's", (p, k, q) => {
    expectRelative(rangeQuantile(p, k), q, 1e-9);
    expect(rangeCumulative(q, k)).toBeCloseTo(p, 10);
  });

  it("is jstat's, whose iteration stops at 4 digits", () => {
    for (const k of [2, 5, 12]) expect(rangeQuantile(0.95, k)).toBeCloseTo(jStat.tukey.inv(0.95, k, 1e6), 2);
  });

  it("gives the critical values of Demšar's table 5 at 0.05 and 0.10", () => {
    const table = [1.96, 2.343, 2.569, 2.728, 2.85, 2.949, 3.031, 3.102, 3.164];
    const loose = [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.78, 2.855, 2.92];
    const critical = (p: number) => table.map((_, i) => rangeQuantile(p, i + 2) / Math.SQRT2);
    critical(0.95).forEach((q, i) => expect(Math.abs(q - (table[i] ?? 0))).toBeLessThan(0.0011));
    critical(0.9).forEach((q, i) => expect(Math.abs(q - (loose[i] ?? 0))).toBeLessThan(0.0011));
  });

  it("refuses what is no probability and fewer than two values", () => {
    expect(() => rangeQuantile(1, 3)).toThrow(/p is 1/);
    expect(() => rangeQuantile(0.95, 1)).toThrow(/k is 1/);
  });
});
