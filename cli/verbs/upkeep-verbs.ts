import type { VerbSpec } from './verb-spec.ts';

/** Verbs about this installation. */
export const UPKEEP_VERBS: readonly VerbSpec[] = [
  {
    name: 'doctor',
    summary: 'check this machine and repository, with a fix for each finding',
    args: [],
    options: [],
    examples: ['reeve doctor', 'reeve doctor --json'],
  },
  {
    name: 'prove',
    summary: 'drill crashes in a scratch folder: kill the daemon after every event; judge',
    args: [],
    options: [
      ['--rounds <n>', 'kill so many times, spread over the run (default: once after every event)'],
      ['--keep', 'keep the scratch folder, which otherwise stays only when a promise was broken'],
    ],
    examples: ['reeve prove', 'reeve prove --rounds 3', 'reeve prove --json'],
  },
  {
    name: 'rebuild',
    summary: 'rebuild everything in progress/ from the ledger',
    args: [],
    options: [],
    examples: ['reeve rebuild'],
  },
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    args: [['<shell>', 'bash, zsh or fish']],
    options: [],
    examples: [
      'source <(reeve completion bash)',
      'reeve completion fish > ~/.config/fish/completions/reeve.fish',
    ],
  },
];
