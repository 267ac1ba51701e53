import { training } from "./training.js";

const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const [status, bar] = [element("status"), /** @type {HTMLProgressElement} */ (element("progress"))];
const [startButton, stopButton] = /** @type {HTMLButtonElement[]} */ (["start", "stop"].map(element));
/** @type {Record<string, number[]>} */
const curves = { y: [], a: [], v: [] };

/** Draws the losses over the whole width of all epochs, on one scale from 0 to the greatest. */
function draw(epochs) {
  const most = Math.max(...Object.values(curves).flat(), 1e-9);
  for (const [name, values] of Object.entries(curves)) {
    const points = values.map((value, i) => `${(100 * (i + 1)) / epochs},${50 - (48 * value) / most}`);
    element(`curve-${name}`).setAttribute("points", points.join(" "));
  }
}

/** @param {import("@outrigger/core").FitEvent} event */
function show(event) {
  if (event.kind === "step") bar.value = (event.epoch + event.done / event.steps) / event.epochs;
  if (event.kind !== "epoch") return;
  const { record, epochs, value, best } = event;
  const losses = { y: record.losses.y, a: record.losses.a, v: record.validation.y.loss };
  for (const [name, loss] of Object.entries(losses)) curves[name].push(Number(loss));
  draw(epochs);
  status.textContent = `Epoch ${record.epoch + 1} of ${epochs}: RMSE ${value.toFixed(3)} on validation, best ${best.value.toFixed(3)}.`;
}

async function run() {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const values of Object.values(curves)) values.length = 0;
  [startButton.disabled, stopButton.disabled] = [true, false];
  stopButton.addEventListener("click", abort);
  status.textContent = "Compiling …";
  try {
    // A longer or shorter run: index.html?epochs=20
    const epochs = Number(new URLSearchParams(location.search).get("epochs") ?? 200);
    const { stopped, epochsDone, rmse } = await training({
      epochs,
      signal: controller.signal,
      progress: show,
    });
    const how = stopped === "signal" ? "Stopped" : "Finished";
    status.textContent = `${how} after ${epochsDone} epochs: RMSE ${rmse.toFixed(3)} on test.`;
  } catch (error) {
    status.textContent = `That did not work: ${/** @type {Error} */ (error).message}`;
  } finally {
    stopButton.removeEventListener("click", abort);
    [startButton.disabled, stopButton.disabled] = [false, true];
  }
}

startButton.addEventListener("click", () => void run());
