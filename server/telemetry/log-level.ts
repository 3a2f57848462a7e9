// How much the log says. Apart from the logger, which the command line starts without.
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
/** What should not be. From `info` on there is a line for every request. */
export const defaultLogLevel: LogLevel = 'warn';

export function isLogLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text);
}
