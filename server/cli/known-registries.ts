// What this machine remembers of the registries that it has read from: their roots, and the newest aliases seen. Who answers
// with less, or with another key, is refused.
import { mkdir, readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { RegistryMemory } from '../../src/client/trusted-registry.ts';
import { envelopeSchema } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import type { Io } from './io.ts';
import { writeWhole } from './write-whole.ts';

const knownSchema = z.object({
  url: z.string(),
  root: envelopeSchema,
  /** By `model@alias`. */
  aliases: z.record(z.string(), envelopeSchema),
});
type KnownRegistry = z.infer<typeof knownSchema>;

/**
 * Null where there is no folder for it. One file a registry, named by its address, below `haversack/registries` in the user's
 * folder for settings (XDG Base Directory Specification 0.8; on Windows APPDATA).
 */
export function memoryOf(io: Io, url: string): RegistryMemory | null {
  const settings = settingsFolder(io);
  if (settings === null) return null;
  const name = createHash('sha256').update(url).digest('hex').slice(0, 32);
  return fileMemory(join(settings, 'haversack', 'registries', `${name}.json`), url);
}

function settingsFolder({ env }: Io): string | null {
  if (env.XDG_CONFIG_HOME) return env.XDG_CONFIG_HOME;
  if (env.APPDATA) return env.APPDATA;
  return env.HOME ? join(env.HOME, '.config') : null;
}

function fileMemory(path: string, url: string): RegistryMemory {
  const recall = () => readKnown(path);
  const write = async (known: KnownRegistry) => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeWhole(path, new TextEncoder().encode(JSON.stringify(known, null, 2)));
  };
  return {
    recall,
    rememberRoot: async root => write({ url, aliases: {}, ...(await recall()), root }),
    rememberAlias: async (name, alias) => {
      const known = await recall();
      // Asked again, so that of two commands at a time neither undoes what the other has learnt.
      if (known) await write({ ...known, aliases: { ...known.aliases, [name]: alias } });
    },
  };
}

async function readKnown(path: string): Promise<KnownRegistry | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw thrown;
  }
  try {
    return knownSchema.parse(JSON.parse(text));
  } catch (cause) {
    // Taking it for absent would let anybody in who can damage it.
    throw new HaversackError('DocumentInvalid', `${path} cannot be read; remove it to trust anew`, { cause });
  }
}
