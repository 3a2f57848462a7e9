// Two hosts on one machine: network namespaces of the test's own, joined by a cable. What crosses it is no loopback.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Host {
  readonly address: string;
  /** The command line that runs a command on this host. */
  command(command: string, ...args: string[]): [string, string[]];
  /** A script that runs `program` on this host with whatever arguments it gets. */
  wrapper(program: string): Promise<string>;
}

/** Why this machine cannot have hosts of its own; null when it can. */
export function whyNoHosts(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (spawnSync('ip', ['-V']).error && !installIp())
    return 'there is no `ip` (Debian: apt-get install iproute2)';
  // A container may have root and not the capability: only trying tells.
  const name = `hvx${process.pid.toString(36)}`;
  const probe = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'del', name]);
  return probe.status === 0 ? null : `\`ip netns add\` answers: ${probe.stderr.trim()}`;
}

function installIp(): boolean {
  if (!existsSync('/etc/debian_version')) return false;
  const apt = (...args: string[]) => spawnSync('apt-get', args, { stdio: 'inherit' });
  apt('update');
  apt('install', '-y', '--no-install-recommends', 'iproute2');
  return !spawnSync('ip', ['-V']).error;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Names and addresses of the certificate; null over plain HTTP. */
  readonly names: string | null;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The one authority to trust (PEM); the system's are not. */
  readonly ca?: string;
}

/** Asks over HTTP or HTTPS from that host. @throws Error with the code of the failure (`DEPTH_ZERO_SELF_SIGNED_CERT` …) */
export function askFrom(host: Host, url: string, question: Question = {}): Reply {
  const [command, args] = host.command(
    process.execPath,
    '-e',
    askScript,
    JSON.stringify({ url, ...question }),
  );
  const reply = JSON.parse(execFileSync(command, args, { encoding: 'utf8', timeout: 20_000 })) as
    { failed: string } | (Omit<Reply, 'body'> & { body: string });
  if ('failed' in reply) throw new Error(reply.failed);
  return { ...reply, body: Buffer.from(reply.body, 'base64') };
}

const askScript = `
const { url, body, ...options } = JSON.parse(process.argv[1]);
const say = value => process.stdout.write(JSON.stringify(value));
const request = require(url.split(':')[0]).request(url, { ...options, agent: false }, response => {
  const parts = [];
  const names = response.socket.getPeerCertificate?.().subjectaltname ?? null;
  response.on('data', part => parts.push(part));
  response.on('end', () => say({
    status: response.statusCode, headers: response.headers, names, body: Buffer.concat(parts).toString('base64'),
  }));
});
request.on('error', error => say({ failed: error.code ?? error.message }));
request.end(body);
`;

/** `10.213.0.1` and `10.213.0.2`, which no one else can reach. `remove` takes them away again. */
export function makeHosts(): { server: Host; phone: Host; remove(): void } {
  const id = process.pid.toString(36);
  const ip = (...args: string[]) => void execFileSync('ip', args, { stdio: 'pipe' });
  const names = [`hvs${id}`, `hvp${id}`] as const;
  const cables = [`hva${id}`, `hvb${id}`] as const;
  const addresses = ['10.213.0.1', '10.213.0.2'] as const;
  for (const name of names) ip('netns', 'add', name);
  ip('link', 'add', cables[0], 'type', 'veth', 'peer', 'name', cables[1]);
  names.forEach((name, i) => {
    ip('link', 'set', cables[i]!, 'netns', name);
    ip('-n', name, 'addr', 'add', `${addresses[i]!}/24`, 'dev', cables[i]!);
    ip('-n', name, 'link', 'set', cables[i]!, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  });
  const [server, phone] = names.map((name, i) => host(name, addresses[i]!));
  return {
    server: server!,
    phone: phone!,
    remove: () => {
      for (const name of names) spawnSync('ip', ['netns', 'del', name]);
    },
  };
}

function host(name: string, address: string): Host {
  return {
    address,
    command: (command, ...args) => ['ip', ['netns', 'exec', name, command, ...args]],
    wrapper: async program => {
      const path = join(await mkdtemp(join(tmpdir(), 'haversack-host-')), 'run');
      await writeFile(path, `#!/bin/sh\nexec ip netns exec ${name} ${program} "$@"\n`);
      await chmod(path, 0o755);
      return path;
    },
  };
}
