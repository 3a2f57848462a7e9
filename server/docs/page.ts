// What the pages under /docs share: their frame, their style, and text of ours as HTML. No script, and no style but the one file.

/** Text of ours as HTML, with `code` as such. */
export function marked(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** @param content HTML of ours */
export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Haversack</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
<nav aria-label="Documentation"><a href="/">Haversack</a> <a href="/docs">API</a> <a href="/docs/errors">Errors</a> <a href="/docs/metrics">Metrics</a></nav>
${content}
</main>
</body>
</html>
`;
}

export const style = `
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem; }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
nav a { display: inline-block; padding-block: .6rem; min-width: 2.75rem; }
h1, h2, h3 { line-height: 1.25; }
h3 { margin-block-end: .25rem; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
h3 a { color: inherit; text-decoration: none; }
article { padding: .25rem .75rem; border-inline-start: 4px solid transparent; }
article:target { border-color: Highlight; }
article p { margin-block: .25rem; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); border-radius: .5rem; font: .875rem/1.5 ui-monospace, monospace; white-space: pre; }
code { font-family: ui-monospace, monospace; font-size: .925em; }
summary { cursor: pointer; padding-block: .6rem; }
form { display: flex; gap: .5rem; flex-wrap: wrap; margin-block: 1rem; }
input, button { font: inherit; min-height: 2.75rem; padding: 0 .75rem; box-sizing: border-box; }
input { flex: 1 1 14rem; min-width: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .3rem .6rem .3rem 0; overflow-wrap: anywhere; }
th { width: 3rem; white-space: nowrap; }
.parameters th { width: 35%; white-space: normal; }
.method { display: inline-block; min-width: 3em; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
`;
