/** A stretch of time, milliseconds; `from` ≤ `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The same time as spans that neither touch nor overlap, in their order. Never throws. */
export const merged = (spans: readonly Span[]): readonly Span[] => {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || span.from > last.to) result.push(span);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return result;
};

/** The time that is in both. Each must be in order and without overlaps, as `merged` gives it. Never throws. */
export const common = (a: readonly Span[], b: readonly Span[]): readonly Span[] => {
  const result: Span[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [one, other] = [a[i], b[j]];
    if (one === undefined || other === undefined) break;
    const [from, to] = [Math.max(one.from, other.from), Math.min(one.to, other.to)];
    if (from < to) result.push({ from, to });
    if (one.to < other.to) i += 1;
    else j += 1;
  }
  return result;
};

/** How long they are together, milliseconds. Never throws. */
export const total = (spans: readonly Span[]): number => spans.reduce((sum, { from, to }) => sum + to - from, 0);

/** The span that holds a moment, or undefined. The spans must be as `merged` gives them. Never throws. */
export const spanAt = (spans: readonly Span[], at: number): Span | undefined => {
  const span = spans[countUpTo(spans, ({ from }) => from <= at) - 1];
  return span !== undefined && at <= span.to ? span : undefined;
};

/** How many elements at the beginning fulfil a condition that none behind them does. Never throws. */
export const countUpTo = <Element>(elements: readonly Element[], is: (element: Element) => boolean): number => {
  let [low, high] = [0, elements.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const element = elements[middle];
    if (element !== undefined && is(element)) low = middle + 1;
    else high = middle;
  }
  return low;
};
