import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import { between } from "../draw.ts";
import { numerals } from "./task.ts";

export const MODULUS = 5;
export const MINUS = 6;
const TIMES = 7;
const OPEN = 8;
const CLOSE = 9;

/** The symbols of an expression: numbers, operators, brackets. */
export const EXPRESSION: readonly string[] = [...numerals(MODULUS), "+", "-", "·", "(", ")"];

/**
 * An expression of exactly `length` symbols: d, -d, (d), (-d), and from 5 symbols on "(left operator right)" with a left side of
 * 1 … length - 4 symbols. The operator is one of the first `operators` of +, -, ·.
 */
export function expression(random: Random, length: number, operators: number): number[] {
  const digit = random.integer(MODULUS);
  if (length === 1) return [digit];
  if (length === 2) return [MINUS, digit];
  if (length === 3) return [OPEN, digit, CLOSE];
  if (length === 4) return [OPEN, MINUS, digit, CLOSE];
  const left = between(random, 1, length - 4);
  const operator = MODULUS + random.integer(operators);
  return [
    OPEN,
    ...expression(random, left, operators),
    operator,
    ...expression(random, length - 3 - left, operators),
    CLOSE,
  ];
}

/**
 * The value of an expression mod 5.
 *
 * @throws OutriggerError `bad-data` for symbols that are no expression.
 */
export function evaluate(symbols: readonly number[]): number {
  let at = 0;
  const term = (): number => {
    const symbol = symbols[at++];
    if (symbol === MINUS) return (MODULUS - term()) % MODULUS;
    if (symbol !== undefined && symbol < MODULUS) return symbol;
    if (symbol !== OPEN) throw malformed(symbols, at - 1);
    let value = term();
    const operator = symbols[at];
    if (operator !== CLOSE) {
      at++;
      const right = term();
      value =
        operator === TIMES ? value * right : operator === MINUS ? value - right + MODULUS : value + right;
    }
    if (symbols[at++] !== CLOSE) throw malformed(symbols, at - 1);
    return value % MODULUS;
  };
  const value = term();
  if (at !== symbols.length) throw malformed(symbols, at);
  return value;
}

const malformed = (symbols: readonly number[], at: number): OutriggerError =>
  new OutriggerError(
    "bad-data",
    `Symbol ${at} of ${symbols.map((s) => EXPRESSION[s]).join("")} does not belong there.`,
  );
