declare module 'fs-native-extensions' {
  /** Asks for an exclusive kernel lock on an open file; false when another open file holds it. */
  export function tryLock(fd: number, offset?: number, length?: number): boolean;
}
