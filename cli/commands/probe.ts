import { upperBound, wilson } from '../../shared/analysis/intervals.ts';
import type { Attempt } from '../../shared/probe/attempt.ts';
import { attemptCheck, kindOf } from '../../shared/probe/attempt-check.ts';
import type { Check } from '../../shared/rollout/gate.ts';
import { allowOption, aloneOutside, aloneTarget, exitOf, isRange, numberOption } from '../alone.ts';
import { type Options, type Run, textOption } from '../command.ts';
import { checkOf } from '../probe-target.ts';
import { badInput } from '../stop.ts';

/**
 * Probes one address a number of times and says each attempt as it ends. There are no retries: every attempt is a first one. Exit 0
 * when all that say something passed, 3 when one failed, 7 when none said anything.
 */
export const run: Run = async (args, given, { terminal, json }) => {
  const { address, options } = addressOf(args, given);
  const check = checkOf(address, textOption(options, 'kind'));
  const family = numberOption(options, 'ip', '--ip', { least: 4, most: 6, whole: true });
  if (family === 5) throw badInput('--ip 5: expected 4 or 6');
  const count = numberOption(options, 'count', '--count', { least: 1, most: 1_000_000, whole: true }) ?? 1;
  const rate = numberOption(options, 'rate', '--rate', { least: 0.001, most: 100 }) ?? 1;
  const timeoutMs = (numberOption(options, 'timeout', '--timeout', { least: 0.01, most: 600 }) ?? 5) * 1_000;
  const allow = allowOption(options);
  const place = { target: aloneTarget(allow), allow };
  const outside = aloneOutside(terminal);
  const bound: Check = family === 4 || family === 6 ? { ...check, family } : check;
  const [kind, began] = [kindOf(check), terminal.clock.now()];
  const attempts: Attempt[] = [];
  for (let attempt = 1; attempt <= count; attempt += 1) {
    const due = began + ((attempt - 1) * 1_000) / rate;
    await terminal.clock.sleep(due - terminal.clock.now(), terminal.interrupted);
    const made = await attemptCheck(bound, place, timeoutMs, outside, terminal.interrupted);
    terminal.interrupted.throwIfAborted();
    attempts.push(made);
    const line = lineOf(kind, address, attempt, made);
    if (json) terminal.out(JSON.stringify(line));
    else terminal.out(spoken(line));
  }
  const summary = summaryOf(attempts);
  if (json) terminal.out(JSON.stringify({ summary }));
  else terminal.out(summary.because);
  return exitOf(summary.verdict);
};

/** The address may stand behind the ranges of `--allow`, which take all arguments that follow. */
const addressOf = (
  [address]: readonly string[],
  options: Options,
): { readonly address: string; readonly options: Options } => {
  if (address !== undefined) return { address, options };
  const ranges: unknown = options.allow;
  const last = Array.isArray(ranges) ? String(ranges.at(-1)) : '';
  if (!Array.isArray(ranges) || isRange(last))
    throw badInput('probe: the address is missing; expected URL or host:port');
  return { address: last, options: Object.assign({}, options, { allow: ranges.slice(0, -1) }) };
};

const lineOf = (kind: string, target: string, attempt: number, made: Attempt) => ({
  kind,
  target,
  address: made.address ?? null,
  attempt,
  verdict: made.verdict,
  code: made.code ?? null,
  ...(made.because === undefined ? {} : { because: made.because }),
  ...(made.status === undefined ? {} : { status: made.status }),
  phases: made.phases,
  durationMs: made.durationMs,
  at: new Date(made.at).toISOString(),
});

const spoken = (line: ReturnType<typeof lineOf>): string => {
  const phases = Object.entries(line.phases).map(([phase, ms]) => `${phase} ${ms} ms`);
  const why = line.because === undefined ? '' : `  ${line.code}: ${line.because}`;
  return `${line.attempt}  ${line.verdict.padEnd(7)} ${line.kind} ${line.target}  ${phases.join(', ')}${why}`;
};

/** All attempts together. Those that are invalid say nothing of what was probed, and are counted apart. */
const summaryOf = (attempts: readonly Attempt[]) => {
  const passed = attempts.filter(({ verdict }) => verdict === 'pass').length;
  const failed = attempts.filter(({ verdict }) => verdict === 'fail').length;
  const invalid = attempts.length - passed - failed;
  const verdict = failed > 0 ? ('fail' as const) : invalid > 0 ? ('inconclusive' as const) : ('pass' as const);
  const counts = { requests: passed + failed, failures: failed };
  const most = upperBound(counts);
  const shown = `${passed} of ${passed + failed} passed`;
  const unsound = invalid === 0 ? '' : `, ${invalid} more said nothing`;
  const because = `${shown}${unsound}: at most ${Number(most.toPrecision(3))} fail (95 %)`;
  const seen =
    counts.requests === 0
      ? {}
      : { availability: passed / counts.requests, interval: wilson({ ...counts, failures: passed }) };
  return { verdict, attempts: attempts.length, passed, failed, invalid, ...seen, failuresAtMost: most, because };
};
