import { type ExposedType, type Exposition, ExpositionUnreadable, exposing } from './exposition.ts';
import { type LineFormat, numberOf, readSampleLine, type SampleLine } from './sample-line.ts';

const format: LineFormat = {
  blanks: 'single',
  // Seconds, as a decimal number.
  timestamp: (text) => {
    const seconds = numberOf(text);
    return seconds === undefined || !Number.isFinite(seconds) ? undefined : seconds * 1_000;
  },
  exemplars: true,
};

/** The suffixes that samples of a type may have behind the family's name (OpenMetrics 1.0, "Suffixes"). */
const SUFFIXES: Readonly<Record<ExposedType, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  gaugehistogram: ['_bucket', '_gcount', '_gsum'],
  summary: ['', '_count', '_sum', '_created'],
  info: ['_info'],
  stateset: [''],
  unknown: [''],
};

interface Family {
  readonly name: string;
  type: ExposedType | undefined;
  unit: string | undefined;
  hasSamples: boolean;
}

/**
 * Reads OpenMetrics 1.0 (github.com/OpenObservability/OpenMetrics, `specification/OpenMetrics.md`) whole: what it forbids makes all of
 * it unread, above all an end that is missing. Samples of a family that names no type are `unknown`. Throws `ExpositionUnreadable`.
 */
export const parseOpenMetrics = (text: string): Exposition => {
  const found = exposing();
  const closed = new Set<string>();
  let family: Family | undefined;
  const enter = (name: string, number: number): Family => {
    if (family?.name === name) return family;
    if (family !== undefined) closed.add(family.name);
    if (closed.has(name)) throw new ExpositionUnreadable(number, `family ${name.slice(0, 60)} is not in one place`);
    family = { name, type: undefined, unit: undefined, hasSamples: false };
    return family;
  };
  const lines = text.split('\n');
  // The last line may end or not.
  if (lines.at(-1) === '') lines.pop();
  if (lines.pop() !== '# EOF') throw new ExpositionUnreadable(lines.length + 1, 'it does not end with # EOF');
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    if (line === '# EOF') throw new ExpositionUnreadable(number, '# EOF is not the end');
    if (line === '') throw new ExpositionUnreadable(number, 'an empty line');
    if (line.startsWith('#')) {
      const [, word = '', name = '', rest = ''] =
        /^# (TYPE|HELP|UNIT) ([A-Za-z_:][\w:]*|"(?:\\.|[^"\\])*")(?: (.*))?$/.exec(line) ?? [];
      if (word === '')
        throw new ExpositionUnreadable(number, 'neither TYPE, HELP nor UNIT, and comments are not allowed');
      describeFamily(enter(name, number), word, rest, number);
      if (word === 'TYPE' && family?.type !== undefined) found.types.set(name, family.type);
      continue;
    }
    const { hasExemplar, ...series } = readSampleLine(line, number, format);
    const current: Family | undefined = family;
    const isOfCurrent = current !== undefined && belongs(series.name, current);
    if (!isOfCurrent && current?.name === series.name)
      throw new ExpositionUnreadable(number, `${series.name} is no sample that a ${current.type} has`);
    const known = isOfCurrent ? current : enter(series.name, number);
    known.hasSamples = true;
    checkSample({ ...series, hasExemplar }, known, number);
    found.add(series, number);
  }
  return found;
};

const describeFamily = (family: Family, word: string, rest: string, number: number): void => {
  if (family.hasSamples) throw new ExpositionUnreadable(number, `${word} of ${family.name} after its samples`);
  if (word === 'TYPE') {
    if (family.type !== undefined) throw new ExpositionUnreadable(number, `a second TYPE of ${family.name}`);
    const type = Object.keys(SUFFIXES).find((each): each is ExposedType => each === rest);
    if (type === undefined) throw new ExpositionUnreadable(number, `${JSON.stringify(rest.slice(0, 40))} is no type`);
    family.type = type;
  }
  if (word === 'UNIT') {
    if (family.unit !== undefined) throw new ExpositionUnreadable(number, `a second UNIT of ${family.name}`);
    if (rest !== '' && !family.name.endsWith(`_${rest}`))
      throw new ExpositionUnreadable(number, `unit ${rest.slice(0, 40)} is not at the end of the name ${family.name}`);
    family.unit = rest;
  }
};

const belongs = (name: string, { name: family, type = 'unknown' }: Family): boolean =>
  SUFFIXES[type].some((suffix) => name === family + suffix);

const checkSample = (sample: SampleLine, { name: family, type = 'unknown' }: Family, number: number): void => {
  const { name, labels, value, hasExemplar } = sample;
  const suffix = name.slice(family.length);
  const refuse = (because: string): never => {
    throw new ExpositionUnreadable(number, `${name.slice(0, 60)}: ${because}`);
  };
  const isCount = ['_total', '_bucket', '_count'].includes(suffix) && type !== 'unknown';
  if (isCount && (Number.isNaN(value) || value < 0)) refuse(`a count is ${value}`);
  if (suffix === '_bucket' && !Object.hasOwn(labels, 'le') && type !== 'unknown') refuse('a bucket has no le');
  if (type === 'info' && value !== 1) refuse(`an info is ${value}, expected 1`);
  if (type === 'stateset' && ((value !== 0 && value !== 1) || !Object.hasOwn(labels, family)))
    refuse('a state has neither 0 nor 1, or no label of its name');
  if (type === 'summary' && suffix === '' && !Object.hasOwn(labels, 'quantile'))
    refuse('a quantile has no label quantile');
  if (hasExemplar && !['_total', '_bucket'].includes(suffix)) refuse('an exemplar belongs to a counter or a bucket');
};
