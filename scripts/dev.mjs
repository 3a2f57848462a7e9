// `npm run dev [-- flags]`: the app with Vite's hot reload, and behind it, on the same origin, the real server, which is
// rebuilt and started again when its sources change.
import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serverConfig } from './build.mjs';
import { ensureInstalled, root, say } from './setup.mjs';

const defaultPort = 8787;
const outDir = join(root, '.cache/dev-server');
/** What the server answers itself; all else is Vite's. */
const serverPaths = ['/registry', '/v1', '/v2', '/predict', '/docs', '/metrics'];
/** A server that is told to end has this long before it is killed. */
const endGraceMs = 6_000;

await ensureInstalled();
const { values, tokens } = parseArgs({
  options: { port: { type: 'string' }, host: { type: 'string' } },
  strict: false,
  tokens: true,
});
const secure = tokens.find(({ name }) => ['lan', 'tls-cert', 'tls-key'].includes(name));
if (secure) {
  say('Wrong usage.');
  say(`--${secure.name}: the development server speaks plain HTTP, for this machine.`);
  say('Phones are for the built app: `npm start -- --lan`.');
  process.exit(2);
}
const port = Number(values.port ?? process.env.PORT ?? defaultPort);
const host = typeof values.host === 'string' ? values.host : '127.0.0.1';
const apiPort = await freePort();
const apiFlags = withoutAddress(process.argv.slice(2), tokens);

const vite = await import('vite');
let api = null;
let restarting = Promise.resolve();

mkdirSync(outDir, { recursive: true });
const config = serverConfig(outDir);
const watcher = await vite.build({
  ...config,
  build: { ...config.build, watch: { clearScreen: false } },
});
watcher.on('event', event => {
  if (event.code === 'BUNDLE_END') {
    void event.result.close();
    restarting = restarting.then(restart);
  }
  if (event.code === 'ERROR') say(`The server does not build: ${event.error.message}`);
});

const app = await vite.createServer({
  root,
  clearScreen: false,
  server: {
    port,
    host,
    strictPort: true,
    // The browser's Host and Origin go through as they are: the server checks them.
    proxy: Object.fromEntries(
      serverPaths.map(path => [path, { target: `http://127.0.0.1:${apiPort}`, changeOrigin: false }]),
    ),
  },
});
try {
  await app.listen();
} catch (error) {
  say('The development server did not start.');
  say(error.message);
  say('Give another port with `npm run dev -- --port N`.');
  await Promise.allSettled([watcher.close(), endApi()]);
  process.exit(1);
}
say(`Develop at http://localhost:${port} (the server that it names is behind it).`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    void Promise.allSettled([app.close(), watcher.close(), endApi()]).then(() => process.exit(0));
  });
}

async function restart() {
  await endApi();
  const flags = ['serve', ...apiFlags, '--port', String(apiPort), '--host', '127.0.0.1'];
  api = fork(join(root, 'scripts/run-cli.mjs'), [join(outDir, 'cli.js'), ...flags], {
    cwd: root,
    stdio: 'inherit',
  });
}

function endApi() {
  const child = api;
  api = null;
  if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(resolve => {
    const timer = setTimeout(() => child.kill('SIGKILL'), endGraceMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const socket = createSocket();
    socket.once('error', reject);
    socket.listen(0, '127.0.0.1', () => {
      const { port: free } = socket.address();
      socket.close(() => resolve(free));
    });
  });
}

/** The flags for the server: Vite listens at the address that was asked for. */
function withoutAddress(args, parsed) {
  const dropped = new Set();
  for (const token of parsed) {
    if (token.kind !== 'option' || !['port', 'host'].includes(token.name)) continue;
    dropped.add(token.index);
    if (token.inlineValue === false) dropped.add(token.index + 1);
  }
  return args.filter((_, i) => !dropped.has(i));
}
