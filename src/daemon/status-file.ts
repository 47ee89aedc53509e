import { replaceText } from "../adapter/file/text-file.ts";
import { astlinuxLines, astlinuxStatus } from "../cli/astlinux-status.ts";
import type { Status } from "../core/status.ts";

/** AstLinux's status text in a file. */
export interface StatusFile {
  /** Writes what is, if something in it has changed. Returns at once. Never throws. */
  update(status: () => Status): void;
  /** From now on another file, or none. Never throws. */
  moveTo(path: string | null): void;
}

export interface StatusFileOptions {
  readonly path: string | null;
  /** Told once, until it could be written again. */
  readonly complain: (problem: string) => void;
}

/** A status file that was not written yet. A disk that hangs holds up nothing but the file: the latest text waits. */
export const openStatusFile = ({ path: first, complain }: StatusFileOptions): StatusFile => {
  let path = first;
  let told = "";
  let next: string | null = null;
  let writing = false;
  let problem: string | null = null;

  const write = async (): Promise<void> => {
    writing = true;
    for (let text = take(); text !== null && path !== null; text = take()) {
      const failure = await replaceText(path, `${text}\n`);
      if (failure !== null) told = "";
      if (failure !== null && failure !== problem) complain(failure);
      problem = failure;
    }
    writing = false;
  };

  const take = (): string | null => {
    const text = next;
    next = null;
    return text;
  };

  return {
    update: (read) => {
      if (path === null) return;
      const status = read();
      const content = astlinuxLines(status).join("\n");
      if (content === told) return;
      told = content;
      next = astlinuxStatus(status, new Date());
      if (!writing) void write();
    },
    moveTo: (other) => {
      if (other !== path) told = "";
      path = other;
    },
  };
};
