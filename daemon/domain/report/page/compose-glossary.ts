import { heading, type Block, type Fact } from './page.ts';

/** The few words that the report cannot do without. */
export function composeGlossary(): readonly Block[] {
  return [heading(2, 'Words used here'), { type: 'facts', rows: WORDS.map(toFact) }];
}

function toFact([label, text]: readonly [string, string]): Fact {
  return { label, lines: [[text]] };
}

const WORDS = [
  [
    'Ledger',
    'The record: one log for the project and one for each task, a line for each event. Lines are only ever added.',
  ],
  [
    'SHA-256, digest',
    'A fingerprint of a file or line in 64 digits. If one character changes, so does the digest.',
  ],
  [
    'Pack',
    'A work order: what is to be done, which files may change, and how it is to be proved. Kept byte for byte.',
  ],
  ['Rework pack', 'A second order that answers a failed attempt: what exactly is still missing.'],
  [
    'Attempt, R and S',
    'One run of a worker. R counts the revisions of the order from 0, S the tries of one revision: R1/S0 is the first try ' +
      'after the first rework.',
  ],
  ['Worker', 'The program that does the work, most often an AI coding agent. It never writes in the ledger.'],
  [
    'Criterion, check',
    'A condition the work must meet, and how Reeve proved it: a command it ran itself, or a file it found.',
  ],
  [
    'Commit',
    'The accepted files as git keeps them, named by a digest. A person decides whether they are used.',
  ],
  [
    'Signed head',
    'The number of lines and one digest over all of them, signed with a key kept outside the project.',
  ],
  [
    '…',
    'A text ends so where it was shortened. The whole is in the log or file that is named with the task.',
  ],
] as const;
