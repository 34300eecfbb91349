/** One thing wrong with an archive. */
export interface ArchiveProblem {
  /** Name of the entry, as the archive spells it; null for the archive as a whole. */
  readonly entry: string | null;
  /** One sentence for a person. */
  readonly problem: string;
}

/** Gathers what is wrong, so that it can be told all at once. */
export interface Problems {
  add(entry: string | null, problem: string): void;
  /** Adds one that the ledger's own verification measures: something at the end of a log is gone. */
  addLoss(entry: string, problem: string): void;
  count(): number;
  /** How many of them are losses. */
  losses(): number;
  /** The first thousand. */
  list(): readonly ArchiveProblem[];
}

/** Creates an empty list. */
export function createProblems(): Problems {
  const kept: ArchiveProblem[] = [];
  let [count, losses] = [0, 0];
  const add: Problems['add'] = (entry, problem) => {
    count += 1;
    // Threat: an archive can hold more wrong entries than anyone reads, or memory holds.
    if (kept.length < MAX_KEPT) kept.push({ entry, problem });
  };
  return {
    add,
    addLoss(entry, problem) {
      losses += 1;
      add(entry, problem);
    },
    count: () => count,
    losses: () => losses,
    list: () => kept,
  };
}

/** Gathers into the same list, from names that are relative to a folder of the archive. */
export function below(problems: Problems, folder: string): Problems {
  return {
    ...problems,
    add: (entry, problem) => problems.add(entry && `${folder}/${entry}`, problem),
    addLoss: (entry, problem) => problems.addLoss(`${folder}/${entry}`, problem),
  };
}

const MAX_KEPT = 1000;
