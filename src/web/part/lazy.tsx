import type { FunctionComponent, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Loading } from "./loading.tsx";

/** A view that is loaded when it is opened first, so that the first load stays small. */
export const lazy = <Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> => {
  let loaded: FunctionComponent<Props> | null = null;
  return (props: Props): JSX.Element => {
    const [View, setView] = useState(() => loaded);
    const [isLost, setLost] = useState(false);
    useEffect(() => {
      if (View !== null) return;
      load().then(
        (view) => {
          loaded = view;
          setView(() => view);
        },
        () => setLost(true),
      );
    }, [View]);
    if (isLost)
      return (
        <p class="problem" role="alert">
          This view can't be loaded: the router doesn't answer. Open the page anew when it does.
        </p>
      );
    return View === null ? <Loading /> : <View {...props} />;
  };
};
