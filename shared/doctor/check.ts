/**
 * What was found of one thing. | ok | as it has to be | | warning | works, and something is missing | | failed | does not work, and `next`
 * says how to go on | | unknown | nothing was answered that would tell | | skipped | does not apply, or what comes before it failed |
 */
export type Standing = 'ok' | 'warning' | 'failed' | 'unknown' | 'skipped';

export interface Found {
  readonly status: Standing;
  /** A clause that goes on after the name of the check. No secret, ever. */
  readonly found: string;
  /** What to do about it. Absent where nothing is to be done. */
  readonly next?: string;
  /** All of what `found` names only the first of. */
  readonly all?: readonly string[];
}

/** One thing that was looked at. */
export interface Check extends Found {
  /** Stable: what a script may match on. */
  readonly check: string;
}

/** Looked at in this order, each as far as those before it let one come. */
export interface Examination {
  readonly checks: readonly Check[];
  /**
   * Looks at one thing. What `look` throws is explained by `explain`. Once something `isOnWay` has not been well, everything that needs the
   * way is skipped, by the name of what broke it. Returns what `look` found beside its words, if it was well.
   */
  look<Value>(
    check: string,
    look: () => Promise<Found & { readonly value?: Value }>,
    options?: { readonly isOnWay?: boolean },
  ): Promise<Value | undefined>;
}

/** Begins an examination. `explain` says what an error means; an error it does not know is shown as it is, as unknown. */
export const openExamination = (
  explain: (check: string, error: unknown) => Found | undefined,
  tell: (check: Check) => void = () => undefined,
): Examination => {
  const checks: Check[] = [];
  let broken: string | undefined;
  const note = (check: Check): void => {
    checks.push(check);
    tell(check);
  };
  return {
    checks,
    look: async (check, look, { isOnWay = false } = {}) => {
      if (broken !== undefined) {
        note({ check, status: 'skipped', found: `not reached: ${broken} comes first` });
        return undefined;
      }
      try {
        const { value, ...found } = await look();
        note({ check, ...found });
        if (found.status === 'ok' || found.status === 'warning') return value;
        if (isOnWay && found.status !== 'skipped') broken = check;
        return undefined;
      } catch (error) {
        note({ check, ...(explain(check, error) ?? unforeseen(error)) });
        if (isOnWay) broken = check;
        return undefined;
      }
    },
  };
};

const unforeseen = (error: unknown): Found => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { status: 'unknown', found: `could not be looked at: ${name}: ${brief(message)}` };
};

const longest = 400;

/** A message of somebody else's, on one line. */
export const brief = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
};
