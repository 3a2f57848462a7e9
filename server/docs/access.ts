// The access table as Markdown, for docs/access.md: what every endpoint wants, and who has it. Asked of the gate's own function.
import type { AccessKey } from '../../src/core/artifact/key-api.ts';
import { type Grant, modelRightSchema } from '../../src/core/artifact/grant.ts';
import { type Role, roleSchema } from '../../src/core/artifact/role.ts';
import { roleGrants } from '../../src/core/artifact/role-grants.ts';
import { HaversackError, errorCatalogue } from '../../src/core/errors.ts';
import { accessTable, type Right } from '../gateway/access.ts';
import type { Identity } from '../gateway/identity.ts';
import { rightsOf } from '../../src/core/artifact/rights.ts';
import { grantsOf, requireRight } from '../gateway/standing.ts';
import { placeOf } from './route-path.ts';

const begin = '<!-- made by npm run docs:access: begin -->';
const end = '<!-- end -->';

interface Column {
  readonly title: string;
  readonly identity: Identity;
  readonly openReads: boolean;
}

const columns: readonly Column[] = [
  { title: 'nobody, loopback', identity: { kind: 'anonymous', hint: '' }, openReads: true },
  { title: 'nobody, elsewhere', identity: { kind: 'anonymous', hint: '' }, openReads: false },
  { title: 'wrong, over or revoked', identity: { kind: 'rejected', reason: '' }, openReads: false },
  ...roleSchema.options.map(role => ({ title: role, identity: keyOf(role, null), openReads: false })),
  ...modelRightSchema.options.map(right => ({
    title: `\`m:${right}\``,
    identity: keyOf(null, [{ model: 'm', rights: [right] }]),
    openReads: false,
  })),
  {
    title: '`other:admin`',
    identity: keyOf(null, [{ model: 'other', rights: ['admin'] }]),
    openReads: false,
  },
];

/** The page with the tables made anew between its marks. @throws Error where it has no marks */
export function withAccessTables(page: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/access.md lacks ${begin} … ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${tables()}\n${page.slice(to)}`;
}

function tables(): string {
  const roles = roleSchema.options.map(role => [role, roleGrants[role].map(grantWords).join('; ')]);
  const rows = Object.entries(accessTable).map(([route, right]) => [
    endpointOf(route),
    right,
    ...columns.map(column => outcome(column, right, route.includes(':model') ? 'm' : null)),
  ]);
  return [
    table(['role', 'may'], roles),
    `Each row says what the endpoint wants and what each caller gets: ✓, or the status that refuses it. The model in the path is \`m\`.\n`,
    table(['endpoint', 'wants', ...columns.map(({ title }) => title)], rows),
  ].join('\n');
}

/** `POST /v1/models/{model}:predict` */
function endpointOf(route: string): string {
  const { method, path } = placeOf(route);
  return `\`${method} ${path}\``;
}

function outcome({ identity, openReads }: Column, right: Right, model: string | null): string {
  try {
    requireRight(identity, rightsOf(grantsOf(identity, openReads)), right, model);
    return '✓';
  } catch (error) {
    if (error instanceof HaversackError) return String(errorCatalogue[error.code].status);
    throw error;
  }
}

function grantWords({ model, rights }: Grant): string {
  return `${rights.map(right => `\`${right}\``).join(', ')} on ${model === '*' ? 'all models' : model}`;
}

function keyOf(role: Role | null, grants: Grant[] | null): Identity {
  const key: AccessKey = {
    id: '',
    name: '',
    role,
    grants,
    limits: null,
    replaces: null,
    createdAt: '',
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  };
  return { kind: 'access-key', key };
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return `${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}`;
}
