import { OutriggerError } from "../../error.ts";

/** @throws OutriggerError `bad-option` unless `minimum` <= value <= `maximum`. */
export function inRange(value: number, name: string, minimum: number, maximum: number = Infinity): number {
  if (value >= minimum && value <= maximum) return value;
  throw new OutriggerError("bad-option", `${name} must be in [${minimum}, ${maximum}], not ${value}.`, {
    option: name,
    value,
  });
}

/** @throws OutriggerError `bad-option` unless the value is one of those given. */
export function oneOf<const V extends string>(value: V, name: string, values: readonly V[]): V {
  if (values.includes(value)) return value;
  const listed = values.map((each) => `"${each}"`).join(", ");
  throw new OutriggerError("bad-option", `${name} must be one of ${listed}, not ${JSON.stringify(value)}.`, {
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
