// Tables that a measurement left as JSON, put into a page of the docs between the comments that name them.

/** @param {{ columns: string[], rows: string[][] }} table */
export function markdown({ columns, rows }) {
  return [columns, columns.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * @param {string} page
 * @param {string} name
 * @param {string} content
 * @returns {string} the page with it
 */
export function filled(page, name, content) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The page has no place for '${name}'.`);
  return `${page.slice(0, from + start.length)}\n\n${content}\n\n${page.slice(to)}`;
}
