// Links to the parts of a screen, which look like tabs: each part has an address of its own.

export interface SectionLink<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly href: string;
}

export function SectionNav<Id extends string>(props: {
  readonly label: string;
  readonly links: readonly SectionLink<Id>[];
  readonly current: Id | null;
}) {
  return (
    <nav class="section-nav" aria-label={props.label}>
      {props.links.map(({ id, label, href }) => (
        <a key={id} href={href} aria-current={id === props.current ? 'page' : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}
