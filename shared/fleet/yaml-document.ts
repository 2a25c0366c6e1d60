import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import {
  type ConfigDocument,
  duplicateKey,
  forbiddenKey,
  isForbiddenKey,
  isUnsafeNumber,
  MOST_LEVELS,
  type Place,
  type Places,
  tooDeep,
  unsafeNumber,
} from './document.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';
import { findUnseen } from './unseen.ts';
import { readingsOf } from './yaml-ambiguity.ts';

/**
 * Reads YAML 1.2 without what makes one text mean two things: no anchors, aliases, merge keys, tags, second documents or keys that
 * are not text. Whatever is refused is left out of the value, so that the rest can still be checked.
 */
export const yamlDocument = (text: string): ConfigDocument => {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const complaints = [...document.errors, ...document.warnings].map(
    (complaint): Finding => ({ ...findingOf(complaint.code, complaint.message), ...placeAt(complaint.pos[0]) }),
  );
  const exhausted = complaints.find((finding) => finding.code === 'TOO_DEEP');
  if (exhausted !== undefined) return { value: undefined, findings: [exhausted], placeOf: () => undefined };
  const places = new Map<string, Places>();
  const walk = walkInto(places, placeAt);
  const value = document.contents === null ? null : walk.readValue(document.contents, []);
  return {
    value,
    findings: [...complaints, ...walk.findings],
    placeOf: (pointer, at) => (at === 'key' ? places.get(pointer)?.key : undefined) ?? places.get(pointer)?.value,
  };
};

const findingOf = (code: string, message: string): Finding => {
  const what = message.split('\n', 1)[0] ?? message;
  if (code === 'RESOURCE_EXHAUSTION') return tooDeep('');
  if (code === 'MULTIPLE_DOCS') {
    return { code: 'YAML_DOCUMENTS', path: '', what: 'a second document begins', expected: 'one document' };
  }
  if (code === 'TAG_RESOLVE_FAILED') return feature('', 'a tag', what);
  return { code: 'YAML_SYNTAX', path: '', what, expected: 'YAML 1.2' };
};

const feature = (path: string, name: string, what = `${name} is used`): Finding => ({
  code: name === 'an alias' || name === 'an anchor' ? 'YAML_ALIASES' : 'YAML_FEATURE',
  path,
  what,
  expected: `plain values: ${name} is not allowed in a config`,
  fix: 'write the value out, or use jsonnet to share it',
});

const walkInto = (places: Map<string, Places>, placeAt: (offset: number) => Place) => {
  const findings: Finding[] = [];
  const report = (finding: Finding, node: { range?: readonly number[] | null | undefined }) =>
    findings.push({ ...finding, ...placeAt(node.range?.[0] ?? 0) });

  const readValue = (node: Node, path: readonly (string | number)[]): unknown => {
    const pointer = pointerOf(path);
    places.set(pointer, { ...places.get(pointer), value: placeAt(node.range?.[0] ?? 0) });
    if (path.length > MOST_LEVELS) return void report(tooDeep(pointer), node);
    if (isAlias(node)) return void report(feature(pointer, 'an alias'), node);
    if ('anchor' in node && node.anchor !== undefined) report(feature(pointer, 'an anchor'), node);
    if (node.tag?.startsWith('tag:')) report(feature(pointer, 'a tag'), node);
    if (isSeq<Node>(node)) return node.items.map((item, at) => readValue(item, [...path, at]));
    if (isMap<Node, Node | null>(node)) return membersOf(node.items, path);
    return isScalar(node) ? scalarOf(node, pointer) : undefined;
  };

  const membersOf = (pairs: readonly Pair<Node, Node | null>[], path: readonly (string | number)[]) => {
    const members = new Map<string, unknown>();
    const firstLines = new Map<string, number>();
    for (const { key, value } of pairs.filter(isPair<Node, Node | null>)) {
      const name = isScalar(key) ? (key.type === 'PLAIN' ? key.source : key.value) : undefined;
      const at = placeAt(key.range?.[0] ?? 0);
      const pointer = pointerOf([...path, typeof name === 'string' ? name : '?']);
      if (typeof name !== 'string') report(feature(pointer, 'a key that is not text'), key);
      else if (name === '<<') report(feature(pointer, 'a merge key'), key);
      else if (isForbiddenKey(name)) report(forbiddenKey(pointer, name), key);
      else if (members.has(name)) report(duplicateKey(pointer, name, firstLines.get(name) ?? 0), key);
      else {
        if (isScalar(key)) scalarOf(key, pointer);
        firstLines.set(name, at.line);
        places.set(pointer, { key: at, value: at });
        members.set(name, value === null ? null : readValue(value, [...path, name]));
      }
    }
    return Object.fromEntries(members);
  };

  const scalarOf = (node: Scalar, pointer: string): unknown => {
    const written = node.type === 'PLAIN' ? (node.source ?? '') : undefined;
    const readings = written === undefined ? undefined : readingsOf(written);
    if (written !== undefined && readings !== undefined) {
      const what = `unquoted ${written} means different things to different tools: ${readings}`;
      report(
        { code: 'YAML_AMBIGUOUS', path: pointer, what, expected: `"${written}" in quotes, or a plain value` },
        node,
      );
    } else if (written !== undefined && isUnsafeNumber(written)) {
      report(unsafeNumber(pointer, written), node);
    }
    const unseen = typeof node.value === 'string' ? findUnseen(node.value) : undefined;
    if (unseen !== undefined) report({ path: pointer, ...unseen.finding }, node);
    return node.value;
  };

  return { findings, readValue };
};
