import { type ExposedType, type Exposition, ExpositionUnreadable, exposing } from './exposition.ts';
import { type LineFormat, readSampleLine } from './sample-line.ts';

const format: LineFormat = {
  blanks: 'any',
  // Milliseconds, whole.
  timestamp: (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined),
  exemplars: false,
};

const TYPES: Readonly<Record<string, ExposedType>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
  untyped: 'unknown',
};

/**
 * Reads the text format 0.0.4 of Prometheus (prometheus.io/docs/instrumenting/exposition_formats) whole: one line that can not be read
 * makes all of it unread, and so does a last line without its end, since a number that was cut off is another number. Throws
 * `ExpositionUnreadable`.
 */
export const parseText = (text: string): Exposition => {
  const found = exposing();
  const sampled = new Set<string>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new ExpositionUnreadable(lines.length + 1, 'the last line does not end');
  for (const [index, written] of lines.entries()) {
    const line = written.replace(/^[ \t]+|[ \t\r]+$/g, '');
    if (line === '') continue;
    if (line.startsWith('#')) {
      readType(line, index + 1, found.types, sampled);
      continue;
    }
    const { hasExemplar: _, ...series } = readSampleLine(line, index + 1, format);
    sampled.add(series.name);
    found.add(series, index + 1);
  }
  return found;
};

/** `# TYPE name type` says a type, once and before the samples; every other line of its kind is for people. */
const readType = (
  line: string,
  number: number,
  types: Map<string, ExposedType>,
  sampled: ReadonlySet<string>,
): void => {
  const [, name = '', word = '', rest = ''] =
    /^#[ \t]*TYPE[ \t]+("(?:\\.|[^"\\])*"|\S+)[ \t]*(\S*)(.*)$/.exec(line) ?? [];
  if (name === '') return;
  const type = Object.hasOwn(TYPES, word) ? TYPES[word] : undefined;
  if (type === undefined || rest.trim() !== '')
    throw new ExpositionUnreadable(number, `${JSON.stringify(word.slice(0, 40))} is no type of the text format`);
  if (types.has(name)) throw new ExpositionUnreadable(number, `a second TYPE of ${name.slice(0, 60)}`);
  if (sampled.has(name)) throw new ExpositionUnreadable(number, `TYPE of ${name.slice(0, 60)} after its samples`);
  types.set(name.replace(/^"|"$/g, ''), type);
};
