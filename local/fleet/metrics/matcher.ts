import { valueTest } from '../../../shared/analysis/scrape/label-matcher.ts';
import type { Labels } from './series.ts';
import type { Matcher } from './syntax.ts';

/** A test of a series by all of a selector's matchers. */
export const labelsTest = (matchers: readonly Matcher[]): ((labels: Labels) => boolean) => {
  const tests = matchers.map((matcher) => ({ label: matcher.label, test: valueTest(matcher) }));
  return (labels) => tests.every(({ label, test }) => test(labels[label] ?? ''));
};
