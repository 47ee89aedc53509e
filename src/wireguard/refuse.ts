import { AppError } from "../error.ts";

/** What was asked can't be; `detail` says what would be. Throws AppError: usage. */
export const refuse = (detail: string): never => {
  throw new AppError("usage", detail);
};
