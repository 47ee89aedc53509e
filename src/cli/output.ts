/** Where a command's words go. Each takes a text of one or more lines, without the last line's end. */
export interface Output {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
}
