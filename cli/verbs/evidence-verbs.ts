import type { VerbSpec } from './verb-spec.ts';

/** Verbs about the ledger as evidence: checking it, handing it over, vouching for it. */
export const EVIDENCE_VERBS: readonly VerbSpec[] = [
  {
    name: 'verify',
    summary: 'check the ledger, one task or an archive against tampering',
    args: [['[task]', 'task id (default: everything)']],
    options: [
      ['--archive <file>', 'check an archive instead of the ledger'],
      [
        '--anchor <file>...',
        'a note of the ledger that was kept elsewhere (- for stdin); repeat it for more',
      ],
      ['--key <key>...', 'a key that has to vouch for it: key id, verifier key or PEM file'],
      ['--allowed-signers <file>', 'who may sign off (ssh-keygen)'],
      ['--tsa-ca <file>', 'certificates to trust for time stamps (PEM)'],
      ['--no-anchors', 'check the ledger alone, against nothing from outside'],
      ['--strict', 'count warnings and events that nothing vouches for as failures'],
    ],
    examples: [
      'reeve verify',
      'reeve verify T-1',
      'reeve verify --anchor shop.note --strict',
      'reeve verify --archive shop.zip --strict',
    ],
  },
  {
    name: 'export',
    summary: 'write a project into an archive that anyone can check with sha256sum',
    args: [],
    options: [
      ['--archive <file>', 'the file to write'],
      ['--overwrite', 'replace the file if it exists'],
      ['--task <id>...', 'only this task (repeatable)'],
      ['--since <time>', 'only tasks with something since then: a time, a date, or 30d'],
      ['--redact <path[:seq]>...', 'withhold files, or lines of a log as in …/events.jsonl:4-9 (repeatable)'],
      ['--list', 'show what would be in it, and write nothing'],
    ],
    examples: [
      'reeve export --archive shop.zip --project shop',
      "reeve export --archive part.zip --task T-1 --redact 'tasks/T-1/artifacts/**/*.log' --list",
    ],
  },
  {
    name: 'import',
    summary: 'take a project from an archive',
    args: [],
    options: [
      ['--archive <file>', 'the archive to read'],
      ['--as <project>', 'under another project id'],
      ['--fast-forward', 'bring an older copy of the same project forward'],
    ],
    examples: ['reeve import --archive shop.zip', 'reeve import --archive shop.zip --as shop-copy'],
  },
  {
    name: 'key',
    summary: 'make, show or rotate your key, which signs what the ledgers say',
    args: [['<action>', 'create, show or rotate']],
    options: [],
    examples: ['reeve key create', 'reeve key show --json', 'reeve key rotate'],
  },
  {
    name: 'anchor',
    summary: 'show and make what vouches for the ledger from outside: notes, time stamps',
    args: [['<action>', 'show, note, tsa or reset']],
    options: [
      ['--anchor <file>...', 'show: a note that was kept elsewhere (- for stdin); repeat it for more'],
      ['--allowed-signers <file>', 'show: who may sign off (ssh-keygen)'],
      ['--tsa-ca <file>', 'show, tsa: certificates to trust for time stamps (PEM)'],
      ['--signed', 'note: the whole signed note instead of its three lines'],
      ['--url <url>', 'tsa: ask this time-stamping authority (RFC 3161)'],
      ['--query <file>', 'tsa: write the query instead, to be sent from another machine'],
      ['--reply <file>', 'tsa: take in the reply to that query'],
      ['--reason <text>', 'reset: why this ledger need not continue what was seen of it'],
    ],
    examples: [
      'reeve anchor show',
      'reeve anchor note',
      'reeve anchor tsa --url https://tsa.example --tsa-ca tsa-ca.pem',
      'reeve anchor tsa --query shop.tsq && reeve anchor tsa --query shop.tsq --reply shop.tsr',
      'reeve anchor reset --reason "restored from the backup of Monday"',
    ],
  },
  {
    name: 'sign-off',
    summary: 'sign, as a person and with your SSH key, where the ledger stands',
    args: [],
    options: [['--ssh-key <file>', 'the key, or the .pub of one that ssh-agent holds (default: as ssh)']],
    examples: ['reeve sign-off', 'reeve sign-off --ssh-key ~/.ssh/audit.pub --project shop'],
  },
  {
    name: 'prove-event',
    summary: 'make or check the proof that one event is in the ledger',
    args: [
      ['[task]', 'task id; left out with --project-log and --check'],
      ['[seq]', 'number of the event in its log'],
    ],
    options: [
      ['--project-log', 'an event of the project log: reeve prove-event --project-log SEQ'],
      ['--output <file>', 'write the proof there instead of stdout'],
      ['--check <file>', 'check a proof; needs no ledger'],
      ['--anchor <file>', 'the note to prove it against, or to check it against (- for stdin)'],
      ['--key <vkey>', 'with --check: the key that must have signed, as in checkpoint.vkey'],
    ],
    examples: [
      'reeve prove-event T-1 7 --output proof.json',
      'reeve prove-event --check proof.json --anchor note.txt',
    ],
  },
];
