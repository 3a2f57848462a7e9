// The certificate of a server on the local network goes along with the machine's addresses, without a restart.
import type { Log } from '../registry/context.ts';
import type { Listening } from '../listening.ts';
import { loadCertificates } from './authority.ts';

export interface Followed {
  /** Of the authority: `loadCertificates`. */
  readonly folder: string;
  readonly everyMs: number;
  readonly listening: Pick<Listening, 'renew'>;
  readonly log: Pick<Log, 'warn'>;
}

/**
 * Looks again so long after each look; what fails is told, and tried again.
 * @returns what ends it
 */
export function followAddresses({ folder, everyMs, listening, log }: Followed): () => void {
  let timer: NodeJS.Timeout;
  let isOver = false;
  const look = async (): Promise<void> => {
    try {
      const { cert, key } = (await loadCertificates(folder)).server;
      if (!isOver) listening.renew({ cert, key });
    } catch (error) {
      log.warn({ err: error }, 'the certificate was not renewed');
    }
    if (!isOver) waitAndLook();
  };
  // One after the other: two at once would write two pairs of files.
  const waitAndLook = (): void => {
    timer = setTimeout(() => void look(), everyMs).unref();
  };
  waitAndLook();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
