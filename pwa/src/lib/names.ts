function key(name: string): string {
  const words = name.split(' ');
  return [words.at(-1), ...words.slice(0, -1)].join(' ');
}

/** The order of a Vietnamese list: by the given name, which stands last, then by the rest. */
export function byGivenName<T extends { full_name: string }>(a: T, b: T): number {
  return key(a.full_name).localeCompare(key(b.full_name), 'vi');
}
