import { type Drawn, valuesAt } from "./frame.ts";

/** Pointer and arrow keys on a plot; the element stays while the picture inside is drawn anew. */
export interface Dragging {
  readonly element: HTMLElement;
  readonly drawn: () => Drawn | undefined;
  readonly move: (values: { readonly x: number; readonly y: number }) => void;
  /** Steps to the right and up, of arrow keys. */
  readonly step: (right: number, up: number) => void;
  readonly end?: () => void;
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowDown: [0, -1],
  ArrowUp: [0, 1],
};

export function draggable({ element, drawn, move, step, end }: Dragging): void {
  let held = false;
  const follow = (event: PointerEvent): void => {
    const picture = drawn();
    if (picture) move(valuesAt(picture, event));
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = true;
    element.setPointerCapture(event.pointerId);
    follow(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (held) follow(event);
  });
  for (const kind of ["pointerup", "pointercancel"] as const)
    element.addEventListener(kind, () => {
      held = false;
      end?.();
    });
  element.addEventListener("keydown", (event) => {
    const [right, up] = arrows[event.key] ?? [0, 0];
    if (right === 0 && up === 0) return;
    event.preventDefault();
    step(right, up);
  });
}
