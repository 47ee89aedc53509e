import { AppError } from "../error.ts";

/** Bytes or text that don't have the form that their protocol gives them. `detail` says what was met and what was due. */
export class CodecError extends AppError {
  constructor(detail: string) {
    super("malformed-message", detail);
  }
}
