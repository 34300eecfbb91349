import type { StepPackDocument } from '../generated/types.ts';
import { isAtOrBelow } from '../json-pointer.ts';
import { createProblem } from '../problem-codes.ts';
import type { ProblemCode } from '../problem-codes.ts';
import type { Problem } from '../problem.ts';

/** One place of the document where a fact may stand. */
export interface Candidate<Raw> {
  readonly pointer: string;
  readonly raw: Raw | undefined;
}

/** A fact that was read from the document. */
export interface Sourced<T> {
  /** Null when no place holds it. */
  readonly value: T | null;
  /** The place it was read from; where it is missing, the place where it is expected. */
  readonly pointer: string;
  /** False when some place holds what its schema refuses, so that nothing should be concluded from an absence. */
  readonly isSound: boolean;
}

/** A StepPack as its author wrote it, with what is found wrong with it on the way. */
export interface PackSource {
  readonly document: StepPackDocument;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  report(code: ProblemCode, pointer: string, message: string, hint?: string): void;
  reportAll(problems: readonly Problem[]): void;
  warn(code: ProblemCode, pointer: string, message: string, hint?: string): void;
  warnAll(warnings: readonly Problem[]): void;
  /**
   * Reads a fact that has several names, the preferred one first.
   *
   * Reports ALIAS_CONFLICT unless every copy means the same; copies are never merged, for a union widens silently.
   *
   * @param normalise makes equal facts equal in their JSON text
   */
  read<Raw, T>(
    candidates: readonly [Candidate<Raw>, ...Candidate<Raw>[]],
    normalise: (raw: Raw, pointer: string) => T,
  ): Sourced<T>;
}

/**
 * Opens a document for reading; parts that its schema refuses are treated as absent, so that the rest can be checked.
 *
 * @param document unvalidated: it may have any shape where `schemaProblems` says so
 */
export function createPackSource(document: StepPackDocument, schemaProblems: readonly Problem[]): PackSource {
  const problems: Problem[] = [...schemaProblems];
  const warnings: Problem[] = [];
  const isRefused = (pointer: string) =>
    schemaProblems.some(
      (problem) => isAtOrBelow(problem.pointer, pointer) || isAtOrBelow(pointer, problem.pointer),
    );
  return {
    document,
    problems,
    warnings,
    report: (...problem) => void problems.push(createProblem(...problem)),
    reportAll: (more) => void problems.push(...more),
    warn: (...warning) => void warnings.push(createProblem(...warning)),
    warnAll: (more) => void warnings.push(...more),
    read(candidates, normalise) {
      const sound = candidates.filter(({ pointer }) => !isRefused(pointer));
      const copies = sound.flatMap(({ pointer, raw }) =>
        raw === undefined ? [] : [{ pointer, value: normalise(raw, pointer) }],
      );
      const isSound = sound.length === candidates.length;
      const [first, ...others] = copies;
      if (first === undefined) return { value: null, pointer: candidates[0].pointer, isSound };
      for (const copy of others) {
        if (JSON.stringify(copy.value) === JSON.stringify(first.value)) continue;
        const message = `${copy.pointer} and ${first.pointer} say different things.`;
        problems.push(
          createProblem('ALIAS_CONFLICT', copy.pointer, message, 'Keep one of them, or make them equal.'),
        );
      }
      return { ...first, isSound };
    },
  };
}
