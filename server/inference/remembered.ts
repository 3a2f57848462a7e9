// What is read again and again and changes rarely: read once for all who ask at the same time, kept until somebody says that it
// changed, and looked at again behind the backs of those who ask when it is old, for another process may have changed it.

/** Models of which something is remembered. */
const maxSubjects = 1024;
/** Aliases, versions or what else is asked about one. */
const maxEach = 64;

interface Entry<T> {
  value: Promise<T>;
  readAt: number;
  refreshing: boolean;
}

export class Remembered<T> {
  readonly #read: (subject: string, part: string) => Promise<T>;
  readonly #freshMs: number;
  readonly #subjects = new Map<string, Map<string, Entry<T>>>();

  /** @param freshMs older than this, it is read again while what is there is given once more */
  constructor(read: (subject: string, part: string) => Promise<T>, freshMs: number) {
    this.#read = read;
    this.#freshMs = freshMs;
  }

  /** Failures are not remembered. */
  get(subject: string, part = ''): Promise<T> {
    const present = this.#subjects.get(subject)?.get(part);
    if (!present) return this.#begin(subject, part);
    if (performance.now() - present.readAt > this.#freshMs) this.#refresh(subject, part, present);
    return present.value;
  }

  /** What is being read for somebody is not remembered either: it may be from before the change. */
  forget(subject: string): void {
    this.#subjects.delete(subject);
  }

  #begin(subject: string, part: string): Promise<T> {
    const parts = this.#subjects.get(subject) ?? this.#place(subject);
    if (parts.size >= maxEach) parts.delete(parts.keys().next().value!);
    const entry: Entry<T> = {
      value: this.#read(subject, part),
      readAt: performance.now(),
      refreshing: false,
    };
    parts.set(part, entry);
    entry.value.catch(() => {
      if (parts.get(part) === entry) parts.delete(part);
      // Names that nobody has given anything take no place of one that somebody has.
      if (parts.size === 0 && this.#subjects.get(subject) === parts) this.#subjects.delete(subject);
    });
    return entry.value;
  }

  #place(subject: string): Map<string, Entry<T>> {
    if (this.#subjects.size >= maxSubjects) this.#subjects.delete(this.#subjects.keys().next().value!);
    const parts = new Map<string, Entry<T>>();
    this.#subjects.set(subject, parts);
    return parts;
  }

  #refresh(subject: string, part: string, entry: Entry<T>): void {
    if (entry.refreshing) return;
    entry.refreshing = true;
    const reading = this.#read(subject, part);
    reading
      .then(
        () => {
          entry.value = reading;
          entry.readAt = performance.now();
        },
        // It is gone, or cannot be read: who asks next reads it, and is told.
        () => this.#subjects.get(subject)?.delete(part),
      )
      .finally(() => (entry.refreshing = false));
  }
}
