// One server a data folder. The lock is the operating system's (SQLite's own, on a file beside the database), so that it
// ends with the process, however that ends: nothing stale is left for the next start.
import Libsql from 'libsql';

export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

/** @throws FolderInUse while another process (or another holder in this one) has it */
export function lockFolder(path: string): { release(): void } {
  const file = new Libsql(path);
  try {
    file.pragma('busy_timeout = 0');
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) {
      throw new FolderInUse(path, { cause: error });
    }
    throw error;
  }
  return {
    release: () => {
      file.exec('ROLLBACK');
      file.close();
    },
  };
}
