import { readFileSync } from "node:fs";
import { join } from "node:path";
import { manifestOf, packageFolders, root } from "./pack.ts";

/** A package that somebody who installs one of ours may get, as package-lock.json has it. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** As its author wrote it, normally an SPDX expression. */
  readonly licence: string | undefined;
  /** Packages of ours that bring it, as folders; "(peer)" after those where it comes only with an optional peer. */
  readonly from: readonly string[];
}

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

/**
 * Everything that installing our packages may bring, with their optional peers, by name: dependencies and optional dependencies of all
 * systems, not what only this repository needs. Peers that the lock file does not have (tfjs-node) are left out.
 */
export function productionDependencies(): Dependency[] {
  const found = new Map<string, { locked: Locked; always: Set<string>; peer: Set<string> }>();
  for (const folder of packageFolders()) {
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifestOf(folder);
    const note = (names: readonly string[], kind: "always" | "peer"): void => {
      for (const place of reachable(names, `packages/${folder}`)) {
        const locked = lock.packages[place]!;
        const key = `${nameAt(place)} ${locked.version}`;
        const entry = found.get(key) ?? { locked, always: new Set(), peer: new Set() };
        entry[kind].add(folder);
        found.set(key, entry);
      }
    };
    note([...Object.keys(dependencies), ...Object.keys(optionalDependencies)], "always");
    note(
      Object.keys(peerDependencies).filter((name) => !name.startsWith("@outrigger/")),
      "peer",
    );
  }
  return [...found.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { locked, always, peer }]) => ({
      name: key.slice(0, key.lastIndexOf(" ")),
      version: locked.version ?? "",
      licence: locked.license,
      from: packageFolders()
        .filter((folder) => always.has(folder) || peer.has(folder))
        .map((folder) => (always.has(folder) ? folder : `${folder} (peer)`)),
    }));
}

/** Places in the lock file of what these names bring when a package at `from` asks for them; ours are passed through and left out. */
function reachable(names: readonly string[], from: string): Set<string> {
  const places = new Set<string>();
  const visit = (name: string, asker: string): void => {
    const place = placeOf(name, asker);
    if (place === undefined || places.has(place)) return;
    places.add(place);
    const { link, resolved = "" } = lock.packages[place]!;
    const real = link === true ? resolved : place;
    for (const next of neededBy(lock.packages[real]!)) visit(next, real);
  };
  for (const name of names) visit(name, from);
  return new Set([...places].filter((place) => lock.packages[place]!.link !== true));
}

/** Names of all packages of the lock file that run a script when they are installed. */
export function withInstallScript(): string[] {
  const places = Object.entries(lock.packages).filter(
    ([, { hasInstallScript }]) => hasInstallScript === true,
  );
  return [...new Set(places.map(([at]) => nameAt(at)))].sort();
}

const neededBy = ({
  dependencies = {},
  optionalDependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}: Locked): string[] => [
  ...Object.keys(dependencies),
  ...Object.keys(optionalDependencies),
  ...Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true),
];

const nameAt = (place: string): string => place.split("node_modules/").at(-1)!;

/** Where Node would find `name` from a package that lies at `from`: its own node_modules first, then those above. */
function placeOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    const at = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lock.packages[at] !== undefined) return at;
    if (folder === "") return undefined;
  }
}
