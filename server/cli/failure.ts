// Failures as the terminal shows them: one line what, one line why, one line what to do; and the exit code.
import { errorCatalogue, toFailure } from '../../src/core/errors.ts';
import { printable } from './output.ts';

/** The command was called the wrong way: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly remedy: string;

  constructor(detail: string, remedy = '`haversack --help` shows how.') {
    super(detail);
    this.remedy = remedy;
  }
}

export interface Told {
  readonly text: string;
  readonly exitCode: 1 | 2;
}

export function tell(thrown: unknown): Told {
  if (thrown instanceof UsageError) {
    return { text: lines('Wrong usage.', thrown.message, thrown.remedy), exitCode: 2 };
  }
  // By its form: the class is in a part of the program that is loaded only to serve.
  if (thrown instanceof Error && 'why' in thrown && 'remedy' in thrown) {
    return { text: lines(thrown.message, String(thrown.why), String(thrown.remedy)), exitCode: 1 };
  }
  const fileProblem = tellFileProblem(thrown);
  if (fileProblem) return { text: fileProblem, exitCode: 1 };
  const { code, detail } = toFailure(thrown);
  const { title, remedy } = errorCatalogue[code];
  return { text: lines(title, detail, code === 'Offline' ? offlineRemedy : remedy), exitCode: 1 };
}

/** The catalogue speaks to someone with an app in the hand. */
const offlineRemedy = 'Start it with `haversack serve`, or name another with --url or HAVERSACK_URL.';

const fileProblems: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file or folder.',
  EACCES: 'It may not be read or written.',
  EISDIR: 'It is a folder.',
  ENOSPC: 'The disk is full.',
};

function tellFileProblem(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('path' in thrown)) return null;
  const title = fileProblems[String(thrown.code)];
  return title ? lines(title, String(thrown.path), 'Check the path, and who may use it.') : null;
}

/** What and to do are one line each; the reason may have more, and is indented. */
function lines(what: string, why: string, remedy: string): string {
  return `${what}\n${printable(why.trim().replaceAll('\n', ' '))}\n${remedy}\n`;
}
