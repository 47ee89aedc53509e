const OCTETS_PER_UNIT = { MB: 1e6, GB: 1e9, TB: 1e12, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

type Unit = keyof typeof OCTETS_PER_UNIT;

/** A number, its unit and the period: `10GB/month`, `1.5TB/month`. */
export const CAP_PATTERN = /^(\d{1,6}(?:\.\d{1,3})?)(MB|GB|TB|MiB|GiB|TiB)\/month$/;

/** Octets a month, or null where the text isn't a cap. Never throws. */
export const parseCap = (text: string): number | null => {
  const [, amount, unit] = CAP_PATTERN.exec(text) ?? [];
  return amount === undefined || unit === undefined ? null : Math.round(Number(amount) * OCTETS_PER_UNIT[unit as Unit]);
};
