// Addresses below the registry's root, for whoever asks it.
import { registryRoot } from '../core/artifact/registry-api.ts';
import { readAtMost } from './body.ts';

/** A path below the registry's root; values are escaped. */
export function path(strings: TemplateStringsArray, ...values: (string | number)[]): string {
  return registryRoot + String.raw({ raw: strings }, ...values.map(value => encodeURIComponent(value)));
}

export type Parameters = Readonly<Record<string, string | number | null | undefined>>;

/** The same with a query; what is null or absent is left out. */
export function withQuery(where: string, parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? where : `${where}?${query.toString()}`;
}

const maxIgnoredBytes = 65_536;

/** Of an answer that says no more than that it was done. */
export async function drain(response: Response): Promise<void> {
  await readAtMost(response, maxIgnoredBytes, () => undefined);
}
