// Leaves out of a browser's bundle what zod carries for writing JSON Schema.

/**
 * zod's schemas hold on to what writes JSON Schema, so that no bundler can leave it out (colinhacks/zod#6350: "pinned in
 * every bundle"). Nothing there calls it: in a build each of its exports only says so. To go when zod lets go of it.
 * @returns {import('vite').Plugin}
 */
export function withoutJsonSchema() {
  return {
    name: 'haversack:without-json-schema',
    apply: 'build',
    transform(code, id) {
      if (!/\/zod\/v4\/core\/(?:to-json-schema|json-schema-processors)\.js$/.test(id)) return null;
      const names = [...code.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
      const renamed = [...code.matchAll(/^export \{ \w+ as (\w+) \}/gm)].map(([, name]) => name);
      const absent = `const absent = () => { throw new Error('JSON Schema is left out of the app'); };`;
      return `${absent}\nexport { ${[...names, ...renamed].map(name => `absent as ${name}`).join(', ')} };`;
    },
  };
}
