/**
 * Cuts a text that is too long for a report, with an ellipsis; the whole stays in the log or file it came from.
 *
 * Counts UTF-16 units, and cuts no character in two.
 */
export function shortenText(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
