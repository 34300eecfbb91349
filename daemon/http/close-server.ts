import type { Server } from 'node:http';

/** Closes a server's listening socket and, once nothing is being answered, every connection. */
export type CloseServer = (graceMs: number) => Promise<void>;

/**
 * Keeps count of the answers under way, so that closing waits for those and for nothing else.
 *
 * Node's own `closeIdleConnections` spares a connection that has never sent a byte; browsers and HTTP clients open such
 * connections ahead of need, and each would hold the close up.
 */
export function prepareClose(server: Server): CloseServer {
  let underWay = 0;
  let onQuiet = (): void => {};
  server.on('request', (_request, response) => {
    underWay += 1;
    response.once('close', () => {
      underWay -= 1;
      if (underWay === 0) onQuiet();
    });
  });
  return async (graceMs) => {
    server.close();
    if (underWay > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        onQuiet = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    server.closeAllConnections();
  };
}
