// The part of papaparse that is used, without the Node and DOM types that its published declarations pull in.
declare module 'papaparse' {
  interface ParseError {
    readonly type: string;
    readonly code: string;
    readonly message: string;
    readonly row?: number;
  }
  interface ParseResult {
    readonly data: string[][];
    readonly errors: readonly ParseError[];
    readonly meta: { readonly delimiter: string };
  }
  interface ParseConfig {
    readonly delimiter?: string;
    readonly delimitersToGuess?: readonly string[];
    readonly skipEmptyLines?: boolean | 'greedy';
    readonly preview?: number;
  }
  interface UnparseConfig {
    readonly newline?: string;
    readonly escapeFormulae?: boolean;
  }
  const Papa: {
    parse(text: string, config?: ParseConfig): ParseResult;
    unparse(rows: readonly (readonly string[])[], config?: UnparseConfig): string;
  };
  export default Papa;
}
