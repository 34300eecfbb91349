import type { Host } from '../host.ts';
import { shorten } from '../render/format.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** To the first column, and clear the line. */
const CLEAR_LINE = '\r\u001b[K';

/** One line at the bottom of a terminal that keeps moving while lines are printed above it. */
export interface LiveLine {
  /** Prints a line above. */
  print(line: string): void;
  close(): void;
}

/** Starts a live line; `text` is asked for anew at each frame, and nothing is shown while it is empty. */
export function startLiveLine(host: Host, text: () => string): LiveLine {
  let frame = 0;
  const draw = (): void => {
    const shown = text();
    frame += 1;
    // A terminal that does not know its width says 0.
    const line = shorten(shown, (host.stdout.columns || 80) - 3);
    host.stdout.write(
      shown === '' ? CLEAR_LINE : `${CLEAR_LINE}${FRAMES[frame % FRAMES.length] ?? ''} ${line}`,
    );
  };
  const timer = setInterval(draw, FRAME_MS);
  return {
    print: (line) => void host.stdout.write(`${CLEAR_LINE}${line}\n`),
    close: () => {
      clearInterval(timer);
      host.stdout.write(CLEAR_LINE);
    },
  };
}

/** Without a terminal lines are printed as they come, and nothing moves. */
export function plainLine(host: Host): LiveLine {
  return { print: (line) => void host.stdout.write(`${line}\n`), close: () => {} };
}
