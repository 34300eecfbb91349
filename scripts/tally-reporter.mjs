import { resolve } from 'node:path';

/**
 * A node:test reporter that answers one JSON line, {@link Tally}, when the run has ended.
 *
 * It exists because the runner exits 0 when nothing ran, and counts a file without tests as one passed test.
 *
 * @typedef {{ passed: number, failed: number, skipped: number, emptyFiles: string[] }} Tally
 * @param {AsyncIterable<import('node:test/reporters').TestEvent>} source
 */
export default async function* tally(source) {
  /** @type {Tally} */
  const counts = { passed: 0, failed: 0, skipped: 0, emptyFiles: [] };
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, file, skip, details } = event.data;
    if (details.type === 'suite') continue;
    if (event.type === 'test:fail') counts.failed += 1;
    else if (skip !== undefined) counts.skipped += 1;
    // A file stands for itself as a test only when it declared none.
    else if (file !== undefined && resolve(name) === file) counts.emptyFiles.push(name);
    else counts.passed += 1;
  }
  yield `${JSON.stringify(counts)}\n`;
}
