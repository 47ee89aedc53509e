/** A share 0..1 in percent, never rounded up to 100: "99.98 %"; a dash where nothing is known. */
export const percent = (share: number | null): string => {
  if (share === null) return "–";
  return `${share === 1 ? 100 : (Math.floor(share * 10_000) / 100).toFixed(2)} %`;
};

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Octets for people, in units of a thousand as providers count: "3.2 GB". */
export const size = (octets: number): string => {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, octets)) / 3));
  const value = octets / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
};
