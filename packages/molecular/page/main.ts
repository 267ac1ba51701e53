import wasm from "@rdkit/rdkit/RDKit_minimal.wasm?url";
import { createRdkit } from "../src/molecule/rdkit.ts";
import { attribute } from "../src/predictor/attribution.ts";
import { attributionSvg } from "../src/predictor/attribution-svg.ts";
import { fetchPredictor } from "../src/predictor/fetch.ts";
import type { PredictedMolecule } from "../src/predictor/predictor.ts";

/** Predicts what is typed with the model folder of the address, `?model=model/` by default. */
const [form, field, status, result, drawing] = ["form", "smiles", "status", "result", "drawing"].map(
  (id) => document.getElementById(id)!,
) as [HTMLElement, HTMLInputElement, HTMLElement, HTMLElement, HTMLElement];

function line(kind: string, text: string): HTMLElement {
  const made = document.createElement("p");
  made.className = kind;
  // As text: names and strings come from files and from the user.
  made.textContent = text;
  return made;
}

const digits = (value: number): string => Number(value.toPrecision(6)).toString();

function lines(found: PredictedMolecule): HTMLElement[] {
  if (!found.ok) return [line("wrong", found.problem.reason)];
  const predicted = Object.entries(found.targets).flatMap(([name, prediction]) => {
    const spread = prediction.sd === null ? "" : `, spread of the models ${digits(prediction.sd)}`;
    const bars =
      prediction.kind === "regression"
        ? Number.isFinite(prediction.low)
          ? `between ${digits(prediction.low)} and ${digits(prediction.high)}`
          : "no interval: too few validation molecules"
        : `classes that cannot be ruled out: ${prediction.set.join(", ") || "none"}`;
    const value = line("value", `${name}: ${digits(prediction.value)}`);
    value.dataset["target"] = name;
    value.dataset["value"] = String(prediction.value);
    return [value, line("soft", `${bars}${spread}`)];
  });
  const { similarity, nearestSmiles, scaffoldSeen } = found.domain;
  const seen =
    scaffoldSeen === null
      ? "no rings"
      : scaffoldSeen
        ? "scaffold seen in training"
        : "scaffold not seen in training";
  const near = `Nearest training molecule: ${nearestSmiles}, similarity ${similarity.toFixed(2)}; ${seen}.`;
  return [...predicted, line(similarity < 0.3 ? "wrong" : "soft", near)];
}

async function start(): Promise<void> {
  const model = new URLSearchParams(location.search).get("model") ?? "model/";
  const rdkit = await createRdkit({ locateFile: () => wasm });
  const predictor = await fetchPredictor(model, { rdkit });
  status.textContent = "Ready.";
  let asked = 0;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const mine = ++asked;
    const smiles = field.value.trim();
    status.textContent = "Predicting …";
    const show = async (): Promise<void> => {
      const [found] = await predictor.predict([smiles]);
      // A later question has an answer of its own.
      if (mine !== asked) return;
      result.replaceChildren(...lines(found!));
      drawing.replaceChildren();
      if (found!.ok) {
        const svg = await attributionSvg(
          await attribute(predictor, smiles, undefined, rdkit),
          undefined,
          rdkit,
        );
        if (mine === asked) drawing.innerHTML = svg;
      }
      if (mine === asked) status.textContent = "Ready.";
    };
    show().catch(failed);
  });
}

function failed(error: unknown): void {
  status.textContent = "";
  result.replaceChildren(line("wrong", error instanceof Error ? error.message : String(error)));
}

start().catch(failed);
