import { Socket } from "node:net";

/** Whether a child's pipe keeps this process alive: an idle lab must not hold up an exit, an awaited answer must. */
export const hold = (stream: unknown, open: boolean): void => {
  if (!(stream instanceof Socket)) return;
  if (open) stream.ref();
  else stream.unref();
};
