// Loaded before everything else: the time of day jumps by up to twenty years at every look at it, as on a machine whose clock is set.
const Real = Date;
let state = Number(process.env.CLOCK_SEED ?? 1) + 1;
const jump = () => {
  state = (state * 48_271) % 2_147_483_647;
  return (state / 2_147_483_647 - 0.5) * 40 * 365 * 86_400_000;
};
globalThis.Date = class Date extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + jump());
    else super(...given);
  }
  static now() {
    return Math.round(Real.now() + jump());
  }
};
