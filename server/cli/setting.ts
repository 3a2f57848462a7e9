// A setting: a flag of the command, or a variable of the environment.
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';

/** The flag where there is one, else the variable of the environment; undefined where neither says anything. */
export function settingOf<T>(
  { env }: Io,
  flag: T | undefined,
  name: string,
  parse: (text: string) => T,
): T | undefined {
  const text = env[name];
  if (flag !== undefined || text === undefined || text === '') return flag;
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(
      `${name}=${text} cannot be read.`,
      error instanceof Error ? error.message : String(error),
    );
  }
}
