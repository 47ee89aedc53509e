const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Octets for people, in units of a thousand as providers count: "3.2 GB". `octets` ≥ 0. Never throws. */
export const size = (octets: number): string => {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, octets)) / 3));
  const value = octets / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
};
