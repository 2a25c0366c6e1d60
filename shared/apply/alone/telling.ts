import type { ObjectId } from '../../rollout/plan.ts';
import { type AloneLine, type AloneSummary, summarise } from '../alone-words.ts';
import { overtakenSince } from '../overtaken.ts';

/** Who is told while a set is applied by itself. */
export interface AloneReport {
  /** Each object once, as it ends; again, as failed, where another is found to have changed it after that. */
  line(line: AloneLine): void;
  /** What concerns more than one object, or what is being waited for: a sentence. */
  say(sentence: string): void;
}

/** What was told so far. */
export interface Telling {
  /**
   * Tells how an object ended; a second time is left out. Of two unequal manifests of one object each is refused for itself; one that
   * another has changed since has failed, and counts as that alone.
   */
  tell(line: AloneLine): void;
  /** Says a sentence once. */
  say(sentence: string): void;
  isTold(id: ObjectId): boolean;
  summary(): AloneSummary;
}

export const beginTelling = (report: AloneReport): Telling => {
  let lines: AloneLine[] = [];
  const reasons = new Map<ObjectId, Set<string>>();
  const said = new Set<string>();
  return {
    tell: (line) => {
      const { identity, action, reason } = line;
      const told = reasons.get(identity);
      const isOvertaken = action === 'failed' && reason === overtakenSince;
      if (told !== undefined && ((action !== 'refused' && !isOvertaken) || told.has(reason))) return;
      if (isOvertaken) lines = lines.filter((before) => before.identity !== identity);
      reasons.set(identity, new Set([...(told ?? []), reason]));
      lines.push(line);
      report.line(line);
    },
    say: (sentence) => {
      if (said.has(sentence)) return;
      said.add(sentence);
      report.say(sentence);
    },
    isTold: (id) => reasons.has(id),
    summary: () => summarise(lines),
  };
};
