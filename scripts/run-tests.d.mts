export function local(name: string): string;
export function run(root: string, command: string, args: readonly string[]): Promise<boolean>;
export function runTests(options: {
  readonly root: string;
  readonly reports: string;
  readonly name: string;
  readonly arguments: readonly string[];
  readonly note: (text: string) => void;
}): Promise<{ readonly passed: number; readonly failed: number }>;
