/** Bounds on what clients of the HTTP API may take; times in milliseconds, sizes in bytes. */
export interface HttpLimits {
  readonly connections: number;
  readonly headerBytes: number;
  readonly headersMs: number;
  /** For the whole request to arrive, body included. */
  readonly requestMs: number;
  readonly keepAliveMs: number;
  readonly bodyBytes: number;
  /** For a pack: a little above the protocol's own limit, so that a pack just beyond it gets the protocol's answer. */
  readonly packBytes: number;
  /** Streams open at once, server-sent events and NDJSON together. */
  readonly streams: number;
  /** Events held for one slow stream before it is sent back to the ledger. */
  readonly streamBacklog: number;
  /** How long a stream's client may take nothing before it is disconnected. */
  readonly stallMs: number;
  readonly heartbeatMs: number;
  readonly idempotencyKeys: number;
  /** What answers under way get when the server closes. */
  readonly closeGraceMs: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  connections: 128,
  headerBytes: 16_384,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 5_000,
  bodyBytes: 65_536,
  packBytes: 1_048_576 + 4_096,
  streams: 64,
  streamBacklog: 1_024,
  stallMs: 30_000,
  heartbeatMs: 15_000,
  idempotencyKeys: 1_000,
  closeGraceMs: 2_000,
};
