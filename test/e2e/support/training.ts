// What training has left in the page's database: runs that are not at their end, and candidates.
import type { Page } from 'playwright';

export interface StoredRun {
  readonly id: string;
  /** Of the newest state. */
  readonly step: number;
  readonly steps: number;
}

export interface StoredCandidate {
  readonly digest: string;
  /** Digest of the file. */
  readonly weights: string;
}

export async function storedRuns(page: Page): Promise<StoredRun[]> {
  const rows = await allOf<{ id: string; steps: number; newest: number; slots: { step: number }[] }>(
    page,
    'runs',
  );
  return rows.map(({ id, steps, newest, slots }) => ({ id, steps, step: slots[newest]!.step }));
}

export async function candidates(page: Page): Promise<StoredCandidate[]> {
  const rows = await allOf<{
    digest: string;
    document: { signed: { authority: { file: { digest: string } } } };
  }>(page, 'candidates');
  return rows.map(({ digest, document }) => ({ digest, weights: document.signed.authority.file.digest }));
}

function allOf<T>(page: Page, store: string): Promise<T[]> {
  return page.evaluate(
    name =>
      new Promise<T[]>((resolve, reject) => {
        const open = indexedDB.open('haversack');
        open.onerror = () => reject(new Error('no database'));
        open.onsuccess = () => {
          const request = open.result.transaction(name).objectStore(name).getAll() as IDBRequest<T[]>;
          request.onsuccess = () => {
            open.result.close();
            resolve(request.result);
          };
        };
      }),
    store,
  );
}

/** How far the run on the screen has come. */
export async function shownStep(page: Page): Promise<{ step: number; steps: number }> {
  const words = await page.getByText(/^Step [\d,]+ of [\d,]+/).innerText();
  const [step, steps] = words.match(/[\d,]+/g)!.map(number => Number(number.replaceAll(',', '')));
  return { step: step!, steps: steps! };
}
