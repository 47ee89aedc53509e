/** Where a command's words go. Each takes a text of one or more lines, without the last line's end. */
export interface Output {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Control characters, and what reverses the direction of text; with what makes a colour of the first of them. */
const STEERING = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069](?:\[\d*m)?/gu;

/** What text is written to. */
interface Stream {
  write(text: string): unknown;
}

/** The process's own. What commands show holds words of mail servers, of the network and of files. */
export const processOutput = ({ stdout, stderr }: Readonly<Record<"stdout" | "stderr", Stream>>): Output => ({
  write: (text) => void stdout.write(`${harmless(text)}\n`),
  complain: (text) => void stderr.write(`${harmless(text)}\n`),
});

/** Leaves line ends, tabs and colours. */
const harmless = (text: string): string =>
  text.replace(STEERING, (found) => {
    const isColour = found.startsWith("\u001b") && found.length > 1;
    return isColour || /^[\t\r\n]/.test(found) ? found : ` ${found.slice(1)}`;
  });
