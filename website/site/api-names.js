import { Converter } from "typedoc";

/** A plugin of typedoc: a module has the name of its package's folder, `core` instead of `core/src`. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) module.name = module.name.replace(/\/src$/, "");
  });
}
