import { inspect } from "node:util";

/** Plain JSON: what can be hashed, stored in a line and sent to another process. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The first value in `value` that JSON would drop or turn into another, as "path is what"; null when there is none. */
export function jsonError(value: unknown, path: string): string | null {
  if (value === null || typeof value === "boolean" || typeof value === "string") return null;
  if (Number.isFinite(value)) return null;
  const entries = entriesOf(value);
  if (entries === null) return `${path} is ${inspect(value, { depth: 0 })}`;
  for (const [key, entry] of entries) {
    const wrong = jsonError(entry, `${path}.${key}`);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** Of a list or a plain record; null for all else. */
function entriesOf(value: unknown): Iterable<readonly [key: string | number, entry: unknown]> | null {
  if (Array.isArray(value)) return value.entries();
  const isRecord =
    typeof value === "object" &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value));
  return isRecord ? Object.entries(value) : null;
}
