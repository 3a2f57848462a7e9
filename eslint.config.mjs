// Lint: typed rules, and the arrows between realms and rooms (ARCHITECTURE.md, "The house").
import { readdirSync } from 'node:fs';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

/** The files of `core` that lie in no room: every room stands on them. */
const floor = readdirSync(new URL('src/core', import.meta.url))
  .filter(name => name.endsWith('.ts'))
  .map(name => `src/core/${name}`);

/** What each realm or room may import, besides itself and packages. Everything else is a wrong arrow. */
const allowed = {
  'src/core/artifact': floor,
  'src/core/protocol': floor,
  'src/core/onnx': [...floor, 'src/core/artifact', 'src/core/runtime'],
  'src/core/runtime': [...floor, 'src/core/artifact', 'src/core/onnx'],
  'src/core/data': [...floor, 'src/core/artifact'],
  'src/core/evaluate': [...floor, 'src/core/artifact'],
  'src/core/passes': [
    ...floor,
    'src/core/artifact',
    'src/core/onnx',
    'src/core/runtime',
    'src/core/data',
    'src/core/evaluate',
  ],
  'src/core/train': [
    ...floor,
    'src/core/artifact',
    'src/core/onnx',
    'src/core/runtime',
    'src/core/data',
    'src/core/evaluate',
  ],
  'src/core/serve': [
    ...floor,
    'src/core/artifact',
    'src/core/protocol',
    'src/core/runtime',
    'src/core/data',
    'src/core/evaluate',
  ],
  'src/core/import': [...floor, 'src/core/artifact', 'src/core/onnx', 'src/core/runtime', 'src/core/data'],
  'src/core/page': [...floor, 'src/core/artifact', 'src/core/data', 'src/core/teach'],
  'src/core/teach': [
    ...floor,
    'src/core/artifact',
    'src/core/onnx',
    'src/core/runtime',
    'src/core/data',
    'src/core/evaluate',
    'src/core/passes',
    'src/core/train',
  ],
  'src/core': [],
  'src/tfjs': ['src/core'],
  'src/client': ['src/core'],
  'src/sdk': ['src/core', 'src/client'],
  'src/device': ['src/core', 'src/client'],
  'src/worker': ['src/core', 'src/tfjs', 'src/device'],
  'src/worklet': ['src/core'],
  'src/sw': ['src/device', 'src/core/protocol', ...floor],
  'src/app': ['src/core', 'src/device', 'src/client', 'src/worker', 'src/worklet', 'package.json'],
  server: ['src/core', 'src/client'],
  demo: ['src/core', 'src/tfjs', 'server/inference'],
};

/** A room's zone: its files may not reach any path outside itself but those allowed. */
const zones = Object.entries(allowed).map(([target, from]) => ({
  target: `./${target}`,
  from: '.',
  except: [target, ...from, 'node_modules'].map(path => `./${path}`),
  message: `A wrong arrow: ${target} may import only ${from.join(', ') || 'itself'}.`,
}));
// `src/core` files that lie in no room see the floor only; rooms have zones of their own.
const roomZones = zones.filter(zone => zone.target !== './src/core');

const realms = ['src', 'server', 'demo', 'bench', 'test'].flatMap(realm => [
  `${realm}/**/*.ts`,
  `${realm}/**/*.tsx`,
]);

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.cache/', 'data/', 'screenshots/', 'demo/models/', '**/*.d.mts'] },
  ...tseslint.configs.strictTypeChecked.map(config => ({ ...config, files: realms })),
  {
    files: realms,
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ noWarnOnMultipleProjects: true })],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: roomZones }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'zod', message: 'Import z from core/zod.ts: it is jitless.' }] },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Indexing is checked by the compiler (`noUncheckedIndexedAccess`); `!` says what the code before it has made sure of.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { varsIgnorePattern: '^_', argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Our own code has no enums; the ONNX schema's come as numbers off the wire.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['src/app/**/*.ts', 'src/app/**/*.tsx'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/worker/(?!protocol)',
              allowTypeImports: true,
              message: 'The page knows the worker by its types only.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'test/**/*.tsx'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
    },
  },
  { files: ['src/core/zod.ts'], rules: { 'no-restricted-imports': 'off' } },
);
