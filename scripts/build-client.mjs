// Builds `haversack/client`: ES modules that any page or Node program loads as they are, and their types, which need nothing else.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { root } from './setup.mjs';
import { withoutJsonSchema } from './without-json-schema.mjs';

const source = join(root, 'src');
const entry = join(source, 'sdk/index.ts');

/** The modules that load with the entry: together in one file they are a third smaller than in the many that share them. */
function modulesAtOnce() {
  const seen = new Set([entry]);
  const plugin = {
    name: 'haversack:at-once',
    buildEnd() {
      for (const id of seen) this.getModuleInfo(id)?.importedIds.forEach(other => seen.add(other));
    },
  };
  return { plugin, has: id => seen.has(id) };
}

/** All of it minified, the local part and pictures in files of their own, which are loaded when they are needed. */
async function buildModules(vite, outDir) {
  const atOnce = modulesAtOnce();
  await vite.build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [withoutJsonSchema(), atOnce.plugin],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      reportCompressedSize: false,
      lib: { entry: { index: entry }, formats: ['es'] },
      rollupOptions: {
        output: {
          minify: true,
          entryFileNames: '[name].js',
          chunkFileNames: '[name]-[hash].js',
          codeSplitting: {
            groups: [{ debugName: 'at once', name: id => (atOnce.has(id) ? 'client' : null) }],
          },
        },
      },
    },
  });
}

/**
 * One declaration file a module, below `types/`: what the public types reach, and nothing of what lies behind them. Each from its
 * own text (the SDK says the types of what it exports), which takes no compiler's whole program.
 * @throws Error where they would need a package
 */
function writeTypes(outDir) {
  const wanted = [entry];
  for (const path of wanted) {
    const name = relative(source, path);
    const { outputText, diagnostics } = ts.transpileDeclaration(readFileSync(path, 'utf8'), {
      fileName: path,
      compilerOptions: { isolatedDeclarations: true, target: ts.ScriptTarget.ES2022 },
      reportDiagnostics: true,
    });
    const [wrong] = name.startsWith('sdk/') ? diagnostics : [];
    if (wrong) throw new Error(`${name}: ${ts.flattenDiagnosticMessageText(wrong.messageText, ' ')}`);
    const text = outputText.replace(/(\bfrom |\bimport\((?="))(['"])([^'"]+)\2/g, (_, word, quote, other) => {
      if (!other.startsWith('.')) throw new Error(`the types of ${name} need the package ${other}`);
      const target = join(dirname(path), other);
      if (!wanted.includes(target)) wanted.push(target);
      return `${word}${quote}${other.replace(/\.ts$/, '.js')}${quote}`;
    });
    const out = join(outDir, 'types', name.replace(/\.ts$/, '.d.ts'));
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, text);
  }
  writeFileSync(join(outDir, 'index.d.ts'), `export * from './types/sdk/index.js';\n`);
}

/** @param servedDir where a server hands the modules out; their types are for who installs the package */
export async function buildClient(vite, outDir, servedDir) {
  await buildModules(vite, outDir);
  cpSync(outDir, servedDir, { recursive: true });
  writeTypes(outDir);
}

/** The entry's modules that load at once, for the budget of its size. */
export function entryModules(outDir) {
  const found = ['index.js'];
  for (const name of found) {
    const code = readFileSync(join(outDir, name), 'utf8');
    for (const [, other] of code.matchAll(
      /(?:^|[;}\s])(?:import|export)(?:[^"'`();]*?from)?\s*["'`]\.\/([^"'`]+\.js)["'`]/g,
    )) {
      if (!found.includes(other)) found.push(other);
    }
  }
  return found;
}
