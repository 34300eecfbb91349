/** `1 file`, `2 files`, `12,000 files`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${grouped(amount)} ${amount === 1 ? one : many}`;
}

/** Digits in groups of three: `1,234,567`. */
export function grouped(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A duration for people: `840 ms`, `12.3 s`, `4 min 5 s`, `2 h 3 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const [whole, rest, unit, small] = seconds < 3_600 ? minutesOf(seconds) : hoursOf(seconds);
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${small}`;
}

function minutesOf(seconds: number): readonly [number, number, string, string] {
  return [Math.floor(seconds / 60), seconds % 60, 'min', 's'];
}

function hoursOf(seconds: number): readonly [number, number, string, string] {
  return [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), 'h', 'min'];
}

/** A size for people, in binary units. */
export function bytes(amount: number): string {
  if (amount < 1_024) return count(amount, 'byte');
  if (amount < 1_024 ** 2) return `${(amount / 1_024).toFixed(1)} KiB`;
  if (amount < 1_024 ** 3) return `${(amount / 1_024 ** 2).toFixed(1)} MiB`;
  return `${(amount / 1_024 ** 3).toFixed(1)} GiB`;
}

/** US dollars: two decimals, or four for less than a dollar. */
export function dollars(amount: number): string {
  return `US$ ${amount.toFixed(amount < 1 ? 4 : 2)}`;
}

/** A time of the ledger as people read it, to the second: `2026-02-19 12:00:00 UTC`. */
export function clockTime(time: string): string {
  const [, day, second] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(time) ?? [];
  return day === undefined ? time : `${day} ${String(second)} UTC`;
}

/** The same for a column that says UTC in its name. */
export function columnTime(time: string): string {
  return clockTime(time).replace(/ UTC$/, '');
}
