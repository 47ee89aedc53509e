/** A member of an object, undefined where it isn't one or has none of that name. Never throws. */
export const member = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
