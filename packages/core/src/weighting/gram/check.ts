import { OutriggerError } from "../../error.ts";

/** @throws OutriggerError `bad-option` unless `minimum` <= value <= `maximum`. */
export function inRange(value: number, name: string, minimum: number, maximum: number = Infinity): number {
  if (value >= minimum && value <= maximum) return value;
  throw new OutriggerError("bad-option", `${name} must be in [${minimum}, ${maximum}], not ${value}.`, {
    option: name,
    value,
  });
}

/** @throws OutriggerError `bad-option` unless the value is a positive integer. */
export function positiveInteger(value: number, name: string): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new OutriggerError("bad-option", `${name} must be a positive integer, not ${value}.`, {
    option: name,
    value,
  });
}
