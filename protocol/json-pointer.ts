/** Appends keys and indexes to an RFC 6901 JSON pointer. */
export function pointerTo(base: string, ...segments: readonly (string | number)[]): string {
  const escaped = segments.map((segment) => String(segment).replaceAll('~', '~0').replaceAll('/', '~1'));
  return [base, ...escaped].join('/');
}

/** Tells whether one pointer names the same place as another, or a place inside it. */
export function isAtOrBelow(pointer: string, container: string): boolean {
  return pointer === container || pointer.startsWith(`${container}/`);
}
