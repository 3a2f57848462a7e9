export function local(name: string): string;
export function run(root: string, command: string, args: readonly string[]): Promise<boolean>;
export function runApart(
  root: string,
  command: string,
  args: readonly string[],
): Promise<{ readonly wentWell: boolean; readonly said: string }>;
export function runTests(options: {
  readonly root: string;
  readonly reports: string;
  readonly name: string;
  readonly arguments: readonly string[];
  readonly note: (text: string) => void;
}): Promise<{ readonly passed: number; readonly failed: number }>;
