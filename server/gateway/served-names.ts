// Names that a server is told it goes by, beside those that it finds out: where a proxy in front of it has one of its own.

/** The set that `found` answers, and `more`; made anew only when `found` answers another. */
export function alsoNamed(
  found: () => ReadonlySet<string>,
  more: readonly string[],
): () => ReadonlySet<string> {
  let of: ReadonlySet<string> | null = null;
  let names = new Set<string>();
  return () => {
    const now = found();
    if (now !== of) {
      of = now;
      names = new Set([...now, ...more]);
    }
    return names;
  };
}

/** As in a `Host` header, without a port. */
const namePattern =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$|^\[[0-9a-f:.]+\]$/;

/** @throws Error naming the one that is none */
export function parseNames(text: string): string[] {
  const names = text
    .split(',')
    .map(name => name.trim().toLowerCase())
    .filter(name => name !== '');
  const wrong = names.find(name => !namePattern.test(name));
  if (wrong !== undefined) throw new Error(`${wrong} is no host name: give it without scheme, port and path`);
  return names;
}
