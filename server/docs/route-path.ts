// A line of the access table, as Fastify writes it, in the words of OpenAPI.

export interface Place {
  readonly method: string;
  /** `/v2/models/{model}` */
  readonly path: string;
  readonly parameters: readonly string[];
}

/** `:name(pattern)` is a parameter, `::` a colon, `*` the rest of the path. */
export function placeOf(line: string): Place {
  const [method = '', url = ''] = line.split(' ');
  const parameters: string[] = [];
  const path = url
    .replace(/::|:([a-z]+)(\([^)]*\))?|\*/gi, (whole, name: string | undefined) => {
      if (whole === '::') return '\0';
      parameters.push(name ?? 'path');
      return `{${name ?? 'path'}}`;
    })
    .replaceAll('\0', ':');
  return { method, path, parameters };
}

/** The same with values in the place of parameters. */
export function filled(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : encodeURIComponent(value);
  });
}
