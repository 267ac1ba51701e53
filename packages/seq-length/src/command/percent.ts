/** 0.954 as "95.4 %". */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
