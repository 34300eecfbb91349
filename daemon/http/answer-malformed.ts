import type { Socket } from 'node:net';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem-document.ts';
import type { ProblemDocument } from './problem-document.ts';

/** Answers bytes that never became an HTTP request, and closes the connection. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  // Someone who has hung up, or has already been answered in part, gets nothing more.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const problem = problemFor(error.code);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function problemFor(code: string | undefined): ProblemDocument {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return problemDocument('REQUEST_TIMEOUT', 'The request did not arrive in time.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return problemDocument('HEADERS_TOO_LARGE', 'The request headers are too large.');
  }
  return problemDocument('USAGE', 'This is not an HTTP request.');
}
