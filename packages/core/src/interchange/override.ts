/** A property of an object that is not ours, and what it is to be for a while. */
export interface Override {
  readonly target: object;
  readonly key: string;
  readonly value: unknown;
}

function replace({ target, key, value }: Override): () => void {
  const before = Object.getOwnPropertyDescriptor(target, key);
  Object.defineProperty(target, key, { value, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(target, key, before);
    else Reflect.deleteProperty(target, key);
  };
}

/** Runs `f` with the properties replaced and puts them back, whatever happens. */
export function withOverrides<T>(overrides: readonly Override[], f: () => T): T {
  const restore = overrides.map(replace).reverse();
  try {
    return f();
  } finally {
    for (const undo of restore) undo();
  }
}
