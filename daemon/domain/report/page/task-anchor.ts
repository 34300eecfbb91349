/** The place of a task in the page; a number, so that no name from outside becomes an address. */
export function taskAnchor(index: number): string {
  return `task-${index + 1}`;
}
