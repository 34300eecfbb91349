/**
 * Runs the body of an entry script; a failure becomes one line that a person can act on, and exit code 1.
 *
 * A stack is shown only for errors nobody foresaw: those that are not a {@link SetupError}.
 *
 * @param {() => Promise<number | void>} body returns the exit code; nothing means 0, or what was set meanwhile.
 */
export async function runEntry(body) {
  try {
    const exitCode = await body();
    if (typeof exitCode === 'number') process.exitCode = exitCode;
  } catch (error) {
    console.error(error instanceof SetupError ? `reeve: ${error.message}` : error);
    process.exitCode = 1;
  }
}

/** A failure of set-up that the reader can repair; its message says how. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}
