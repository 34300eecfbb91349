/** Where time comes from; the only clock the shell reads, so that tests can turn it back a year. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}
