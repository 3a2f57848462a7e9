// A name for this device that an admin can tell from others, until its owner gives it one.

/** "Chrome on Android", as far as the browser says; it is a name for people, and nothing is decided by it. */
export function suggestedName(): string {
  const agent = navigator.userAgent;
  const browser = /Edg\//.test(agent)
    ? 'Edge'
    : /Firefox\//.test(agent)
      ? 'Firefox'
      : /Chrome\//.test(agent)
        ? 'Chrome'
        : /Safari\//.test(agent)
          ? 'Safari'
          : 'Browser';
  const system = /(Android|iPhone|iPad|Windows|Mac OS|CrOS|Linux)/.exec(agent)?.[1];
  return system ? `${browser} on ${system.replace('Mac OS', 'Mac')}` : browser;
}
