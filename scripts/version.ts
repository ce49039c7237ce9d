/** The version of this nigari, as package.json has it. */

/** Put in by the build. */
declare const NIGARI_VERSION: string;

export const VERSION: string = NIGARI_VERSION;
