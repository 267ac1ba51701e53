type Modules = Parameters<typeof process.getBuiltinModule>[0];

/**
 * A module of Node's own, or undefined in a page. It is asked for while running and not imported, so that a bundle for pages holds
 * this package's features without stand-ins for Node.
 */
export const nodeModule = ((id: Modules) => globalThis.process?.getBuiltinModule?.(id)) as <
  ID extends keyof NodeModules,
>(
  id: ID,
) => NodeModules[ID] | undefined;

interface NodeModules {
  readonly "node:fs/promises": typeof import("node:fs/promises");
  readonly "node:module": typeof import("node:module");
  readonly "node:os": typeof import("node:os");
  readonly "node:path": typeof import("node:path");
  readonly "node:url": typeof import("node:url");
  readonly "node:worker_threads": typeof import("node:worker_threads");
  readonly "node:zlib": typeof import("node:zlib");
}
