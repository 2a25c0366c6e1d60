import type { Judgement } from '../rollout/verdict.ts';
import { assessScore } from './assess-score.ts';
import type { JudgeFile } from './judge-file.ts';
import { judgeSeries, type SeriesJudgement } from './judge-series.ts';

/** One score and the judgements that it was made of. */
export interface ScoreJudgement extends Pick<Judgement, 'gate' | 'verdict' | 'because' | 'value' | 'threshold'> {
  readonly test: 'score';
  readonly groups: Readonly<Record<string, number>>;
  readonly metrics: readonly SeriesJudgement[];
}

/** Judges several series each by its own rules, and all of them by their weighted score. */
export const judgeScore = ({ name, rules, metrics }: Extract<JudgeFile, { metrics: unknown }>): ScoreJudgement => {
  const judged = metrics.map((metric) => ({ ...metric, judgement: judgeSeries(metric.judged) }));
  const { verdict, because, score, groups } = assessScore(
    judged.map(({ judgement, group, critical }) => ({
      name: judgement.gate,
      verdict: judgement.verdict,
      group,
      critical,
    })),
    rules,
  );
  const reasons = judged.flatMap(({ judgement }) => (judgement.verdict === 'pass' ? [] : [judgement.because]));
  return {
    gate: name,
    test: 'score',
    verdict,
    because: `gate ${name}: ${[because, ...reasons].join('; ')}`,
    ...(score === undefined ? {} : { value: score }),
    threshold: rules.pass,
    groups,
    metrics: judged.map(({ judgement }) => judgement),
  };
};
