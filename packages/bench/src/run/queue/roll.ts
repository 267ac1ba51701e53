/** Rounds without an answer after which a worker counts as gone: a server that is started anew costs one or two. */
const patience = 4;

/** The workers that a run can count on. */
export interface Roll {
  readonly size: number;
  /** A worker has answered. @returns whether it is new, or back. */
  present(name: string): boolean;
  /** A worker has said that it ends. @returns whether it was counted on. */
  left(name: string): boolean;
  /** All were asked once more. @returns those that have not answered for too long, and are counted on no more. */
  asked(): string[];
}

export function callRoll(): Roll {
  const unanswered = new Map<string, number>();
  return {
    get size() {
      return unanswered.size;
    },
    present(name) {
      const isNew = !unanswered.has(name);
      unanswered.set(name, 0);
      return isNew;
    },
    left: (name) => unanswered.delete(name),
    asked() {
      for (const [name, rounds] of unanswered) unanswered.set(name, rounds + 1);
      const gone = [...unanswered].filter(([, rounds]) => rounds > patience).map(([name]) => name);
      for (const name of gone) unanswered.delete(name);
      return gone;
    },
  };
}
