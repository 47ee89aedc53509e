declare const __VERSION__: string | undefined;

/** The product's version; the build puts it in. Outside a build there is none to tell. */
export const VERSION: string = typeof __VERSION__ === "string" ? __VERSION__ : "development";
