/** One text or several, as a list. */
export function toProseList(prose: string | readonly string[] | undefined): readonly string[] {
  return typeof prose === 'string' ? [prose] : (prose ?? []);
}
