/** The part of pino's logger that the server uses; any object with these four methods will do. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const LOG_METHODS = ['debug', 'info', 'warn', 'error'] as const;

const nothing = (): void => undefined;

export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
