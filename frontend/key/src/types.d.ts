declare const __APP_VERSION__: string;

/** Names of regions (ECMA-402 12); not in the syntax level we hold to, so it is looked for at run time. */
declare namespace Intl {
  class DisplayNames {
    constructor(locales: string | string[], options: { type: "region" });
    of(code: string): string | undefined;
  }
}
