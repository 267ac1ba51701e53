/**
 * The id of a trial's job on the queue, and back. BullMQ refuses ids that are whole numbers, and one in 1,800 of the sixteen hexadecimal digits of a
 * trial's id has none above 9.
 */
export const jobIdOf = (trial: string): string => `trial-${trial}`;

export const trialIdOf = (job: string): string => job.slice("trial-".length);
