import { type Dependency, productionDependencies } from "./production.ts";

/** Licences that a dependency may have, and why each can be combined with Apache-2.0. */
const ALLOWED: Readonly<Record<string, string>> = {
  MIT: "permissive",
  ISC: "permissive",
  "Apache-2.0": "ours",
  "BSD-2-Clause": "permissive",
  "BSD-3-Clause": "permissive",
  "0BSD": "permissive, no notice needed",
  "CC0-1.0": "public domain",
  Unlicense: "public domain",
  "MPL-2.0": "binds changed files of the package itself; we use it unchanged",
};

/** Packages whose licence is allowed for them alone, by the beginning of their names. */
const EXCEPTIONS: readonly { readonly name: string; readonly licence: string; readonly reason: string }[] = [
  {
    name: "@img/sharp-",
    licence: "LGPL-3.0-or-later",
    reason:
      "libvips, a library of its own that sharp loads when it runs and that can be replaced; optional for its system",
  },
  {
    name: "h5wasm",
    licence: "SEE LICENSE IN LICENSE.txt",
    reason:
      "NIST's statement of public domain, and the BSD-style licence of HDF5, which is compiled in; an optional peer",
  },
];

/** Why the licence of a dependency is not allowed; undefined when it is. An AND needs all of its parts, an OR one. */
export function licenceProblem({
  name,
  version,
  licence,
}: Pick<Dependency, "name" | "version" | "licence">): string | undefined {
  const allowed = (one: string): boolean =>
    one in ALLOWED ||
    EXCEPTIONS.some((exception) => exception.licence === one && name.startsWith(exception.name));
  const words = licence?.replaceAll(/[()]/g, "");
  if (words?.split(" OR ").some((choice) => choice.split(" AND ").every(allowed)) === true) return undefined;
  return `${name} ${version} has the licence ${licence ?? "unknown"}, which scripts/packages/licences.ts does not allow`;
}

/** docs/licences.md. */
export function licencePage(): string {
  const dependencies = productionDependencies();
  const count = (licence: string): number => dependencies.filter((each) => each.licence === licence).length;
  const kinds = [...new Set(dependencies.map(({ licence }) => licence ?? "unknown"))].sort(
    (a, b) => count(b) - count(a) || (a < b ? -1 : 1),
  );
  return `# Licences

Outrigger is under the Apache License 2.0. This is what its packages bring when they are installed, on all systems together, as package-lock.json has
it: \`npm run docs:licences\` writes this page, and a test fails when it differs or when a licence is none of the allowed ones.

| licence | packages |
| :-- | --: |
${kinds.map((kind) => `| ${kind} | ${count(kind)} |`).join("\n")}

Allowed for every package:

${Object.entries(ALLOWED)
  .map(([licence, reason]) => `- ${licence}: ${reason}`)
  .join("\n")}

Allowed for some:

${EXCEPTIONS.map(({ name, licence, reason }) => `- ${licence} for \`${name}${name.endsWith("-") ? "*" : ""}\`: ${reason}`).join("\n")}

"(peer)": only for those who install the optional package that it belongs to. \`@tensorflow/tfjs-node\` and \`@tensorflow/tfjs-node-gpu\`, also optional
peers of core, are not in the lock file; they are under Apache-2.0.

| package | version | licence | comes with |
| :-- | :-- | :-- | :-- |
${dependencies.map(({ name, version, licence, from }) => `| ${name} | ${version} | ${licence ?? "unknown"} | ${from.join(", ")} |`).join("\n")}
`;
}
