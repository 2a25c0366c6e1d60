import {
  type ConfigDocument,
  duplicateKey,
  forbiddenKey,
  isForbiddenKey,
  isUnsafeNumber,
  MOST_LEVELS,
  type Places,
  tooDeep,
  unsafeNumber,
} from './document.ts';
import { placesIn } from './line-places.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';
import { findUnseen } from './unseen.ts';

/** Reads JSON (RFC 8259). Keys written twice, which `JSON.parse` lets the last one win, are found and refused. */
export const jsonDocument = (text: string): ConfigDocument => {
  const placeAt = placesIn(text);
  try {
    JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
    const what = message.replace(/ in JSON at position.*$|,? "[\s\S]*" is not valid JSON$/, '');
    const finding = { code: 'JSON_SYNTAX', path: '', what, expected: 'JSON', ...placeAt(offset) };
    return { value: undefined, findings: [finding], placeOf: () => undefined };
  }
  const places = new Map<string, Places>();
  const { value, findings } = walkTokens(tokensOf(text), places, placeAt);
  return {
    value,
    findings,
    placeOf: (pointer, at) => (at === 'key' ? places.get(pointer)?.key : undefined) ?? places.get(pointer)?.value,
  };
};

interface Token {
  readonly text: string;
  readonly offset: number;
}

/** The tokens of a text that is known to be JSON. Commas and colons carry nothing then. */
const tokensOf = (text: string): readonly Token[] =>
  [...text.matchAll(/[{}[\]]|"(?:[^"\\]|\\.)*"|[^\s{}[\]",:]+/g)].map((match) => ({
    text: match[0],
    offset: match.index,
  }));

const walkTokens = (tokens: readonly Token[], places: Map<string, Places>, placeAt: ReturnType<typeof placesIn>) => {
  const findings: Finding[] = [];
  let next = 0;
  const take = (): Token => tokens[next++] ?? { text: '', offset: 0 };
  const ahead = (): string => tokens[next]?.text ?? '';

  const readValue = (path: readonly (string | number)[]): unknown => {
    const token = take();
    const pointer = pointerOf(path);
    const place = placeAt(token.offset);
    places.set(pointer, { ...places.get(pointer), value: place });
    if (token.text === '{' || token.text === '[') {
      if (path.length > MOST_LEVELS) {
        findings.push({ ...tooDeep(pointer), ...place });
        return void skip();
      }
      return token.text === '{' ? membersOf(path) : itemsOf(path);
    }
    if (isUnsafeNumber(token.text)) findings.push({ ...unsafeNumber(pointer, token.text), ...place });
    const value: unknown = JSON.parse(token.text);
    const unseen = typeof value === 'string' ? findUnseen(value) : undefined;
    if (unseen !== undefined) findings.push({ path: pointer, ...unseen.finding, ...place });
    return value;
  };

  /** To the end of the object or array that has just been opened. */
  const skip = () => {
    for (let open = 1; open > 0; ) {
      const { text } = take();
      if (text === '{' || text === '[') open += 1;
      if (text === '}' || text === ']') open -= 1;
    }
  };

  const itemsOf = (path: readonly (string | number)[]): unknown[] => {
    const items: unknown[] = [];
    while (ahead() !== ']') items.push(readValue([...path, items.length]));
    take();
    return items;
  };

  const membersOf = (path: readonly (string | number)[]): object => {
    const members = new Map<string, unknown>();
    const firstLines = new Map<string, number>();
    while (ahead() !== '}') {
      const key = take();
      const name = String(JSON.parse(key.text));
      const pointer = pointerOf([...path, name]);
      const place = placeAt(key.offset);
      const first = firstLines.get(name);
      if (first === undefined) places.set(pointer, { key: place, value: place });
      const value = readValue([...path, name]);
      if (isForbiddenKey(name)) findings.push({ ...forbiddenKey(pointer, name), ...place });
      else if (first !== undefined) findings.push({ ...duplicateKey(pointer, name, first), ...place });
      else members.set(name, value);
      firstLines.set(name, first ?? place.line);
    }
    take();
    return Object.fromEntries(members);
  };

  return { value: readValue([]), findings };
};
