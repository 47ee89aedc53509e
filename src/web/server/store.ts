import { useEffect, useState } from "preact/hooks";

/** A value that many look at: whoever uses it is drawn anew when it changes. */
export interface Store<Value> {
  get(): Value;
  set(value: Value): void;
  /** Gives what ends it. */
  watch(watcher: (value: Value) => void): () => void;
}

export const openStore = <Value>(first: Value): Store<Value> => {
  const watchers = new Set<(value: Value) => void>();
  let value = first;
  return {
    get: () => value,
    set: (next) => {
      value = next;
      for (const watcher of watchers) watcher(next);
    },
    watch: (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
};

export const useStore = <Value>(store: Store<Value>): Value => {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    setValue(store.get());
    return store.watch((next) => setValue(() => next));
  }, [store]);
  return value;
};
