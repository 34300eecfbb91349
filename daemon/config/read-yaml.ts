import { isAlias, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import type { ConfigProblem } from './config-problem.ts';

const MAX_PROBLEMS = 20;
/** Threat: anchors that refer to anchors grow without bound ("billion laughs"). */
const MAX_ALIASES = 50;

/** A parsed YAML file: its plain value, and where each part of it stands. */
export interface YamlText {
  readonly value: unknown;
  /** The place of a value as `file:line:column`, or of the key itself; of the nearest parent when it is absent. */
  locate(pointer: string, part?: 'key' | 'value'): string;
}

/**
 * Parses YAML 1.2 strictly: duplicate keys, unknown tags, several documents, keys that are not text, and unbounded
 * aliases are problems, all reported at once.
 */
export function readYaml(
  text: string,
  file: string,
): { readonly yaml: YamlText } | { readonly problems: readonly ConfigProblem[] } {
  const lines = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const problem = (offset: number, message: string): ConfigProblem => {
    return { code: 'YAML_INVALID', pointer: '', message, at: place(offset) };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
    const broken = [...document.errors, ...document.warnings].map(({ pos, message }) => {
      return problem(pos[0], endSentence(message));
    });
    const problems = broken.length > 0 ? broken : findOddities(document, problem);
    if (problems.length > 0) return { problems: problems.slice(0, MAX_PROBLEMS) };
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return {
      yaml: { value, locate: (pointer, part) => place(findOffset(document, pointer, part ?? 'value')) },
    };
  } catch (error) {
    // Threat: nesting deep enough to exhaust the stack, and alias bombs, both end here.
    return { problems: [problem(0, endSentence(error instanceof Error ? error.message : String(error)))] };
  }
}

type YamlDocument = Document.Parsed;
type ToProblem = (offset: number, message: string) => ConfigProblem;

function findOddities(document: YamlDocument, problem: ToProblem): readonly ConfigProblem[] {
  const found: ConfigProblem[] = [];
  const { explicit, version } = document.directives.yaml;
  if (explicit === true && version !== '1.2') found.push(problem(0, 'Only YAML 1.2 is read.'));
  visit(document, {
    Pair: (_, { key }) => {
      if (isAlias(key) || !isScalar(key)) found.push(problem(offsetOf(key), 'A key must be plain text.'));
    },
  });
  return found;
}

function findOffset(document: YamlDocument, pointer: string, part: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = offsetOf(node);
  for (const segment of pointer.split('/').slice(1)) {
    if (isAlias(node)) node = node.resolve(document);
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === name)
      : null;
    const next: unknown = pair
      ? pair.value
      : isNode(node) && 'get' in node
        ? node.get(Number(name), true)
        : null;
    if (next === null || next === undefined) return pair ? offsetOf(pair.key) : offset;
    offset = part === 'key' && pair ? offsetOf(pair.key) : offsetOf(next);
    node = next;
  }
  return offset;
}

function offsetOf(node: unknown): number {
  if (isPair(node)) return offsetOf(node.key);
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function endSentence(message: string): string {
  const line = message.split('\n', 1)[0] ?? message;
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
