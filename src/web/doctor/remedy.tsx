import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../part/icon.tsx";

/** What to do: something to paste, or a sentence. */
export const Remedy = ({ text }: { readonly text: string }): JSX.Element | null => {
  const [isCopied, setCopied] = useState(false);
  if (text === "") return null;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div class="remedy">
      <pre>{text}</pre>
      {/* Over plain HTTP, browsers lend the clipboard to pages of this machine only. */}
      {"clipboard" in navigator && (
        <button type="button" class="quiet" aria-label="Copy" title="Copy" onClick={() => void copy()}>
          <Icon name={isCopied ? "check" : "copy"} />
        </button>
      )}
    </div>
  );
};
