#!/usr/bin/env node
/**
 * The `reeve` program. It imports nothing up front: `--version` must answer as fast as Node itself starts,
 * and every verb loads only what it needs.
 */
const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') {
  const { reeveVersion } = await import('./version.ts');
  process.stdout.write(`${reeveVersion()}\n`);
} else {
  const { runFromTerminal } = await import('./run-from-terminal.ts');
  process.exitCode = await runFromTerminal(process);
}

export {};
