/** What test/wtr/signal-plugin.mjs serves as `/__signal.js`. */
export const signalUrl: string;
