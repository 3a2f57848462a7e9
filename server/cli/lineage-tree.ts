// Versions as a tree, drawn with lines: a parent above its children, oldest first. Knows numbers only.

export interface Descent {
  readonly version: number;
  readonly parent: number | null;
}

export interface TreeLine {
  /** `│  └─ ` */
  readonly prefix: string;
  readonly version: number;
}

/** One whose parent is not among them begins a tree of its own. */
export function lineageTree(versions: readonly Descent[]): TreeLine[] {
  const known = new Set(versions.map(({ version }) => version));
  const ordered = versions.toSorted((a, b) => a.version - b.version);
  const childrenOf = (parent: number) => ordered.filter(each => each.parent === parent);
  const isRoot = ({ parent }: Descent) => parent === null || !known.has(parent);
  const below = ({ version }: Descent, prefix: string, indent: string): TreeLine[] => {
    const children = childrenOf(version);
    return [
      { prefix, version },
      ...children.flatMap((child, index) => {
        const isLast = index === children.length - 1;
        return below(child, `${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`);
      }),
    ];
  };
  return ordered.filter(isRoot).flatMap(root => below(root, '', ''));
}
