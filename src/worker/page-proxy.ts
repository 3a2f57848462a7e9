// What a page handed over to be called: a promise across the border, which rejects when the page is gone.
import { type ProxyMethods, releaseProxy } from 'comlink';

/** Lets go of the page's function when the work has ended. */
export async function releasing<T>(proxy: object, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    (proxy as Partial<ProxyMethods>)[releaseProxy]?.();
  }
}

/** Where the page is gone, nobody is left to be told. */
export function quietly<T>(tell: (news: T) => void): (news: T) => void {
  return news => {
    Promise.resolve(tell(news)).catch(() => undefined);
  };
}
