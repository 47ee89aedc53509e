/** A share 0..1 in percent, never rounded up to 100: "99.98 %"; a dash where nothing is known. */
export const percent = (share: number | null): string => {
  if (share === null) return "–";
  return `${share === 1 ? 100 : (Math.floor(share * 10_000) / 100).toFixed(2)} %`;
};
