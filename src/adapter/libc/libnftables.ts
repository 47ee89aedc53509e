import { loadLibrary } from "./libc.ts";

/** nftables' own library. */
export interface Libnftables {
  /** A context that prints in a form (`NFT_CTX_OUTPUT_*`). Never throws. */
  open(output: number): NftContext;
}

/**
 * Runs commands for as long as it is open. To close one takes some 14 ms, for the kernel's RCU; a run takes 0.2. Its cache is
 * renewed whenever the kernel's generation number has changed.
 */
export interface NftContext {
  /** What it printed, and what it complains of; null where nothing went wrong. Never throws. */
  run(commands: string): { readonly output: string; readonly complaint: string | null };
  close(): void;
}

/** `nftables/libnftables.h`. */
const DECLARATIONS = {
  open: "void *nft_ctx_new(uint32_t)",
  close: "void nft_ctx_free(void *)",
  setFlags: "void nft_ctx_output_set_flags(void *, uint)",
  bufferOutput: "int nft_ctx_buffer_output(void *)",
  bufferError: "int nft_ctx_buffer_error(void *)",
  output: "str nft_ctx_get_output_buffer(void *)",
  error: "str nft_ctx_get_error_buffer(void *)",
  run: "int nft_run_cmd_from_buffer(void *, str)",
};

/** NFT_CTX_DEFAULT. */
const DEFAULT_CONTEXT = 0;

/** Where it is found. */
export const LIBNFTABLES = "libnftables.so.1";

/** The library, null where it isn't installed. Throws AppError where koffi can't be loaded. */
export const loadLibnftables = (path: string): Libnftables | null => {
  const library = loadLibrary(path, DECLARATIONS);
  if (library === null) return null;
  return {
    open: (output) => {
      const context = library.open(DEFAULT_CONTEXT) as bigint;
      library.setFlags(context, output);
      library.bufferOutput(context);
      library.bufferError(context);
      return {
        run: (commands) => {
          const result = library.run(context, commands);
          const [printed, words] = [String(library.output(context)), String(library.error(context))];
          return { output: printed, complaint: result === 0 ? null : words.trim() };
        },
        close: () => void library.close(context),
      };
    },
  };
};
