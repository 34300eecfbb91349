import type { ExportProgress } from '../../daemon/ports/services.ts';
import type { Context } from '../context.ts';
import { formatBytes } from '../render/format.ts';

/** One line on a terminal that tells how far something is. */
export interface ProgressLine {
  readonly tell: (progress: ExportProgress) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

/** What is done sooner needs no progress. */
const PATIENCE_MS = 1_000;
const REFRESH_MS = 100;

/** To the line's beginning, and clear from there. */
const REDRAW = '\r\u001b[K';

/** Creates the line, on stderr; it stays silent where nobody watches. */
export function createProgressLine({ host, options }: Context): ProgressLine {
  const { stderr, env } = host;
  const isWatched = stderr.isTTY === true && !options.flag('quiet') && !env['CI'] && env['TERM'] !== 'dumb';
  let next = host.now() + PATIENCE_MS;
  let isShown = false;
  return {
    tell({ files, totalFiles, bytes, totalBytes }) {
      if (!isWatched || host.now() < next) return;
      next = host.now() + REFRESH_MS;
      isShown = true;
      const percent = totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes);
      const size = `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;
      stderr.write(`${REDRAW}exporting ${percent} %: file ${files} of ${totalFiles}, ${size}`);
    },
    clear() {
      if (isShown) stderr.write(REDRAW);
      isShown = false;
    },
  };
}
