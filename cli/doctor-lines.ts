import type { Check, Standing } from '../shared/doctor/check.ts';
import type { Paint } from './progress.ts';

const marks: Readonly<Record<Standing, { readonly mark: string; readonly style: Parameters<Paint>[0] }>> = {
  ok: { mark: 'ok', style: 'green' },
  warning: { mark: 'warning', style: 'yellow' },
  failed: { mark: 'FAILED', style: 'red' },
  unknown: { mark: 'unknown', style: 'magenta' },
  skipped: { mark: 'skipped', style: 'dim' },
};

/** What was looked at in one place, a line each, and below it how to go on. Pure. */
export const doctorLines = (place: string, checks: readonly Check[], paint: Paint): readonly string[] => {
  const width = Math.max(...checks.map(({ check }) => check.length), 10);
  return [
    paint('bold', place),
    ...checks.flatMap(({ check, status, found, next }) => {
      const { mark, style } = marks[status];
      const line = `  ${paint(style, mark.padEnd(7))}  ${check.padEnd(width)}  ${found}`;
      return next === undefined ? [line] : [line, `${' '.repeat(13 + width)}→ ${next}`];
    }),
  ];
};

/** `61 of 63 checks are well; 1 failed, 1 warning`. Pure. */
export const summaryOf = (checks: readonly Check[], targets: number): string => {
  const count = (standing: Standing) => checks.filter(({ status }) => status === standing).length;
  const looked = checks.length - count('skipped');
  const others = (['failed', 'unknown', 'warning'] as const)
    .filter((standing) => count(standing) > 0)
    .map((standing) => `${count(standing)} ${standing}`);
  const rest = others.length === 0 ? '' : `; ${others.join(', ')}`;
  return `${count('ok')} of ${looked} checks are well, of the way to ${targets} ${targets === 1 ? 'target' : 'targets'} too${rest}`;
};
