import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { RenderCode } from './render-failed.ts';

/** Something a tree may not hold, and the offset in the text where it does. */
export interface TreeFinding {
  readonly code: RenderCode;
  readonly offset: number;
  readonly what: string;
}

/** Deeper than any manifest; a schema of a large CRD reaches about 40. */
const LEVELS = 100;

/**
 * What would be lost or read differently by somebody else, when a parsed document becomes JSON: keys written twice, keys that are no
 * text, numbers that a double cannot hold, text that is not Unicode, nesting beyond 100 levels.
 */
export const checkYamlTree = (
  root: Node,
  lineOf: (offset: number) => number,
  resolve: (alias: Alias) => unknown = () => undefined,
): readonly TreeFinding[] => {
  const findings: TreeFinding[] = [];
  const report = (code: RenderCode, node: unknown, what: string): void => {
    findings.push({ code, offset: offsetOf(node), what });
  };

  const visit = (node: unknown, level: number): void => {
    if (level > LEVELS) report('TOO_DEEP', node, `nested deeper than ${LEVELS} levels`);
    else if (isScalar(node)) visitScalar(node);
    else if (isMap(node)) visitMap(node, level);
    else if (isSeq(node)) for (const item of node.items) visit(item, level + 1);
  };

  const visitScalar = (node: Scalar): void => {
    const { value, source } = node;
    if (typeof value === 'string' && !value.isWellFormed()) {
      report('NOT_UTF8', node, 'the text holds half of a surrogate pair');
    }
    if (typeof value !== 'number') return;
    const fraction = /^[^xX]*[.eE]/.test(source ?? '');
    if (!Number.isFinite(value) || !(fraction || Number.isSafeInteger(value))) {
      report(
        'NUMBER_UNSAFE',
        node,
        `${source ?? value} can not be held exactly; write it as a quoted string if text is meant`,
      );
    }
  };

  const visitMap = (map: YAMLMap, level: number): void => {
    const lines = new Map<string, number>();
    for (const { key, value } of map.items) {
      const name = nameOf(key);
      visit(key, level + 1);
      if (name === undefined) {
        report('YAML_ERROR', key, 'a key must be text, a number or a boolean');
        continue;
      }
      const first = lines.get(name);
      if (first !== undefined) report('DUP_KEY', key, `key ${name} is written twice, first at line ${first}`);
      if (name === '__proto__') report('KEY_FORBIDDEN', key, 'a key must not be named __proto__');
      lines.set(name, first ?? lineOf(offsetOf(key)));
      visit(value, level + 1);
    }
    for (const [at, pair] of map.items.entries()) {
      const before = map.items.slice(0, at).map(({ key }) => nameOf(key));
      if (isMerge(pair) && mergedNames(pair.value, resolve).some((name) => before.includes(name))) {
        const what =
          'tools disagree on what << overrides when it does not stand first in its mapping; move it to the top';
        report('YAML_ERROR', pair.key, what);
      }
    }
  };

  visit(root, 1);
  return findings;
};

const offsetOf = (node: unknown): number =>
  isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;

const isMerge = (pair: Pair): boolean => isScalar(pair.key) && typeof pair.key.value === 'symbol';

/** The keys that a merge brings: of a mapping, an alias of one, or a list of these. */
const mergedNames = (value: unknown, resolve: (alias: Alias) => unknown, depth = 0): readonly string[] => {
  if (depth > LEVELS) return [];
  if (isAlias(value)) return mergedNames(resolve(value), resolve, depth + 1);
  if (isSeq(value)) return value.items.flatMap((item) => mergedNames(item, resolve, depth + 1));
  if (!isMap(value)) return [];
  return value.items.flatMap((pair) =>
    isMerge(pair) ? mergedNames(pair.value, resolve, depth + 1) : [nameOf(pair.key) ?? ''],
  );
};

/** The name a key has in JSON. */
const nameOf = (key: unknown): string | undefined => {
  if (!isScalar(key)) return undefined;
  const { value } = key;
  if (typeof value === 'symbol') return '<<';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
};
