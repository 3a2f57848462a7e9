// The one set of icons: 24×24, drawn with the text's colour. Always beside a word, or inside a labelled control.
const camera = 'M4 8h4l1.500-2.500h5L16 8h4v11H4zM12 10a3.500 3.500 0 100 7 3.500 3.500 0 000-7z';

const paths = {
  use: 'M4 20l1-4L15.5 5.5a2.1 2.1 0 013 3L8 19l-4 1zM14 7l3 3',
  teach: 'M3 9l9-4 9 4-9 4-9-4zM7 11v5c0 1.4 2.2 2.5 5 2.5s5-1.1 5-2.5v-5M21 9v5',
  judge: 'M12 4v16M7 20h10M5 7h14M5 7l-2.5 6h5L5 7zM19 7l-2.5 6h5L19 7z',
  shrink: 'M4 14h6v6M20 10h-6V4M10 14l-6 6M14 10l6-6',
  library: 'M5 8h14l1 11a1 1 0 01-1 1H5a1 1 0 01-1-1L5 8zM8.5 8V7a3.5 3.5 0 017 0v1M4.5 13h15',
  new: camera,
  camera,
  microphone: 'M12 3a3 3 0 013 3v5a3 3 0 01-6 0V6a3 3 0 013-3zM6 11a6 6 0 0012 0M12 17v4M9 21h6',
  records: 'M5 4h14v16H5zM8 8h8M8 12h8M8 16h5',
  collect: 'M4 13h4l1.500 3h5L16 13h4M4 13l2-8h12l2 8v6H4zM12 3v7M9 7.500l3 3 3-3',
  admin: 'M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.500-7-10V6l7-3zM9 12l2 2 4-4',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  offline: 'M3 3l18 18M8.500 8.200A6 6 0 006 19h11M11 6a6 6 0 016.600 4.300A4.500 4.500 0 0120.500 17',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  upload: 'M12 16V5M7 9l5-5 5 5M5 20h14',
  remove: 'M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5',
  undo: 'M8 5L4 9l4 4M4 9h10a6 6 0 010 12h-3',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  warn: 'M12 4l9 16H3l9-16zM12 10v4M12 17v.2',
  bad: 'M12 3a9 9 0 100 18 9 9 0 000-18zM9 9l6 6M15 9l-6 6',
  info: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v5M12 8v.2',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 5.500v13l10-6.500-10-6.500z',
  stop: 'M7 7h10v10H7z',
  refresh: 'M20 12a8 8 0 11-2.300-5.600M20 4v4.500h-4.500',
  clock: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7.500V12l3 2',
  send: 'M4 12l16-8-5 16-3.500-6.500L4 12z',
  sent: 'M3 12.500l4 4L15 8M12 15.500l1 1L21 8',
  fork: 'M7 4v9a4 4 0 004 4h6M7 4v16M14 14l3 3-3 3',
  search: 'M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l4.500 4.500',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  table: 'M4 5h16v14H4zM4 10h16M4 14.500h16M10 10v9',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5',
  device: 'M8 3h8a1 1 0 011 1v16a1 1 0 01-1 1H8a1 1 0 01-1-1V4a1 1 0 011-1zM11 18h2',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  keyboard: 'M3 7h18v10H3zM7 10.500h.01M11 10.500h.01M15 10.500h.01M8 14h8',
  back: 'M11 5l-7 7 7 7M4 12h16',
  flag: 'M6 21V4M6 5h12l-3 4 3 4H6',
  add: 'M12 5v14M5 12h14',
  key: 'M8 10.500a4 4 0 100 8 4 4 0 000-8zM11 11.500L19 4M16 7l2.500 2.500',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, small, spin }: { name: IconName; small?: boolean; spin?: boolean }) {
  const classes = ['icon', small ? 'small' : '', spin ? 'spin' : ''].filter(Boolean).join(' ');
  return (
    <svg class={classes} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** The mark: a satchel with a graph in it. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        d="M10.500 10V8.500a5.500 5.500 0 0111 0V10"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
      />
      <rect x="3.500" y="9.500" width="25" height="19" rx="4.500" class="mark-bag" />
      <g fill="none" class="mark-graph" stroke-width="1.700">
        <path d="M10 15l6 8M10 15h12M22 15l-6 8" />
      </g>
      <g class="mark-node">
        <circle cx="10" cy="15" r="2.300" />
        <circle cx="22" cy="15" r="2.300" />
        <circle cx="16" cy="23" r="2.300" />
      </g>
    </svg>
  );
}
