// `docs/operators.md` is made from the tables that the code itself goes by. `npx vitest run --project unit test/docs -u`
// makes it anew.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { inferRules } from '../../src/core/onnx/infer.ts';
import { operatorTable } from '../../src/core/onnx/operator-table.ts';
import { decomposeRules } from '../../src/core/onnx/passes/decompose.ts';
import { controlFlow, maxUnrolledSteps } from '../../src/core/onnx/passes/inline/plan.ts';
import { constantOperators, rules, spellings } from '../../src/core/train/gradient/rules.ts';
import { withoutKernel } from '../core/onnx/without-kernel.ts';

const page = new URL('../../docs/operators.md', import.meta.url);

const intro = `# Operators

Made from the code's own tables by \`test/docs/operators.test.ts\`; do not edit.

- **shapes**: types and shapes are inferred, which every pass over a graph and every training graph needs
  (\`src/core/onnx/infer/\`).
- **gradient** (\`src/core/train/gradient/rules.ts\`): *rule*, held against central finite differences; *spelled out*, put into
  operators that have rules first; *decomposed*, the same by a pass that is there for every host; *inlined*, where what it will
  do is known before the run: the branch that is taken, or a loop of at most ${maxUnrolledSteps} steps, step by step; *zero*,
  constant but for jumps, so that nothing flows through it; blank, none: it stops with its name, and with the parameters that
  it blocks.
- **WASM**, **WebGPU**: which of ONNX Runtime Web's providers has a kernel for it, by the runtime's own word
  (\`test/docs/providers.txt\`): where it puts a graph of that one node, shape rules' cases in turn. What WebGPU lacks is
  computed on the CPU, at the cost of a copy; what the runtime spells out itself counts as lacking. Only operators whose shapes
  are inferred were asked for.

Every operator whose shapes are inferred was run on ONNX Runtime's CPU provider and held against what it made, but for
${withoutKernel.join(', ')}, for which it has no kernel.
`;

/** Operator → the providers that compute it, as the runtime told the browser test beside this one. */
function providers(): Map<string, readonly string[]> {
  const lines = readFileSync(new URL('./providers.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return new Map(lines.map(line => line.split(' ')).map(([name, ...found]) => [name!, found]));
}

function gradientOf(operator: string): string {
  if (operator in rules) return 'rule';
  if (operator in spellings) return 'spelled out';
  if (constantOperators.has(operator)) return 'zero';
  if (controlFlow.has(operator)) return 'inlined';
  return decomposeRules.has(operator) ? 'decomposed' : '';
}

function tableOf(domain: string): string {
  const found = providers();
  const names = [...operatorTable.get(domain)!].sort();
  const key = (name: string) => (domain === '' ? name : `${domain}.${name}`);
  const rows = names
    .map(name => {
      const cells = [
        inferRules.has(key(name)) ? 'yes' : '',
        gradientOf(key(name)),
        ...['wasm', 'webgpu'].map(provider => (found.get(key(name))?.includes(provider) ? 'yes' : '')),
      ];
      return { name, cells };
    })
    .filter(({ cells }) => domain === '' || cells[0] !== '' || cells[1] !== '');
  const lines = rows.map(({ name, cells }) => `| ${name} | ${cells.join(' | ')} |`);
  return ['| operator | shapes | gradient | WASM | WebGPU |', '|---|---|---|---|---|', ...lines].join('\n');
}

it('docs/operators.md says what the tables say', async () => {
  const text = `${intro}\n## ai.onnx\n\n${tableOf('')}\n\n## com.microsoft\n\nThose with shapes or a gradient only.\n\n${tableOf('com.microsoft')}\n`;
  await expect(text).toMatchFileSnapshot(fileURLToPath(page));
});

it('every operator with a gradient has its shapes inferred', () => {
  const all = [...Object.keys(rules), ...Object.keys(spellings), ...constantOperators];
  expect(all.filter(operator => !inferRules.has(operator))).toEqual([]);
});

it('no operator has a gradient in two tables', () => {
  const all = [...Object.keys(rules), ...Object.keys(spellings), ...constantOperators];
  expect(all.filter((operator, i) => all.indexOf(operator) !== i)).toEqual([]);
});

it('every operator with a gradient is one that ONNX Runtime has', () => {
  const known = operatorTable.get('')!;
  expect(Object.keys({ ...rules, ...spellings }).filter(operator => !known.has(operator))).toEqual([]);
});
