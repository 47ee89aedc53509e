import { useRef } from "preact/hooks";

/** Whether it holds, or did before: what was opened for a mistake doesn't close under the hands of who mends it. */
export const useLatch = (holds: boolean): boolean => {
  const held = useRef(false);
  held.current ||= holds;
  return held.current;
};
