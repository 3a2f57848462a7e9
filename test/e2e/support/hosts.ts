// Two hosts on one machine: network namespaces of the test's own, joined by a cable. What crosses it is no loopback.
import { execFileSync, spawnSync } from 'node:child_process';
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
  const probe = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  if (probe.error) return 'there is no `ip` (Debian: apt-get install iproute2)';
  return probe.status === 0 ? null : `\`ip netns\` answers: ${probe.stderr.trim()}`;
}

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
