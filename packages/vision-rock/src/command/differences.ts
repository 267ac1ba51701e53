/** Paths at which two JSON values differ, such as `configuration.block.fusion`. Lists differ as a whole. */
export function differences(a: unknown, b: unknown, path = ""): string[] {
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isRecord(a) || !isRecord(b)) return JSON.stringify(a) === JSON.stringify(b) ? [] : [path];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differences(a[key], b[key], path === "" ? key : `${path}.${key}`));
}

/** What stands at a path, as text; "none" where nothing does. */
export function shownAt(json: unknown, path: string): string {
  const value = path
    .split(".")
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null)?.[key], json);
  return JSON.stringify(value) ?? "none";
}
