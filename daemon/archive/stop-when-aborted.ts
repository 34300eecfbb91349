/** Ends work that is not wanted any more. @throws DOMException named AbortError, whatever the signal's own reason */
export function stopWhenAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new DOMException('This was stopped.', 'AbortError');
}
