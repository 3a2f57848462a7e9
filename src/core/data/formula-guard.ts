// Text in a table that people open with a spreadsheet: what begins like a formula is computed there, which a stranger's label
// can misuse (OWASP, "CSV Injection").

/** With an apostrophe before it where a spreadsheet would compute it: it shows such a cell as text, without the apostrophe. */
export function guarded(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

/** The text that `guarded` made this of. */
export function unguarded(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}
