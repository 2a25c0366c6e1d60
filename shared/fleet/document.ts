import type { Finding } from './problem.ts';

/** Where a key or a value begins, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where the key and the value of one member stand; items of arrays and the whole document have no key. */
export interface Places {
  readonly key?: Place;
  readonly value: Place;
}

/** A config file as data, and the way back from a value to where it was written. */
export interface ConfigDocument {
  readonly value: unknown;
  /** What is wrong with the file before its fields are looked at. */
  readonly findings: readonly Finding[];
  /** By JSON pointer; `undefined` where it can not be told. */
  placeOf(pointer: string, at: 'key' | 'value'): Place | undefined;
}

/** More levels than any config needs; deeper ones are an attack on whoever walks them. */
export const MOST_LEVELS = 100;

/** Keys that would reach into the prototype of the object they are merged into. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

export const tooDeep = (path: string): Finding => ({
  code: 'TOO_DEEP',
  path: path.slice(0, 200),
  what: `nested more than ${MOST_LEVELS} levels deep`,
  expected: `at most ${MOST_LEVELS} levels`,
});

export const duplicateKey = (path: string, key: string, first: number): Finding => ({
  code: 'DUP_KEY',
  path,
  what: `key ${JSON.stringify(key)} is written twice, first at line ${first}`,
  expected: 'each key once',
  fix: 'remove one of the two',
  at: 'key',
});

export const unsafeNumber = (path: string, written: string): Finding => ({
  code: 'NUMBER_UNSAFE',
  path,
  what: `the whole number ${written.slice(0, 40)} can not be kept exactly`,
  expected: 'a whole number of at most 9007199254740991',
  fix: 'quote it if it is an identifier',
});

export const forbiddenKey = (path: string, key: string): Finding => ({
  code: 'KEY_FORBIDDEN',
  path,
  what: `key ${JSON.stringify(key)} is not allowed`,
  expected: 'any other name',
  at: 'key',
});

/** Whether a key is one that no config may carry. */
export const isForbiddenKey = (key: string): boolean => FORBIDDEN.has(key);

/** Whether a number as it was written is whole and would silently become another one. */
export const isUnsafeNumber = (written: string): boolean =>
  /^[-+]?[0-9]+$/.test(written) && !Number.isSafeInteger(Number(written));
