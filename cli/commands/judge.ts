import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { JudgeFileUnreadable, parseJudgeFile } from '../../shared/analysis/judge-file.ts';
import { judgeScore } from '../../shared/analysis/judge-score.ts';
import { judgeSeries } from '../../shared/analysis/judge-series.ts';
import { exitOf } from '../alone.ts';
import type { Run } from '../command.ts';
import { badInput } from '../stop.ts';

/** Judges a recorded series by the rules of a gate. Asks nobody. */
export const run: Run = async ([path = ''], _, { terminal, json }) => {
  const file = parse(path, read(resolve(terminal.directory, path), path));
  const judgement = 'one' in file ? judgeSeries(file.one) : judgeScore(file);
  if (json) terminal.out(JSON.stringify(judgement));
  else terminal.out(`${judgement.verdict}  ${judgement.because}`);
  return exitOf(judgement.verdict);
};

const read = (file: string, path: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw badInput(`${path}: can not be read (${error instanceof Error ? error.message : String(error)})`);
  }
};

const parse = (path: string, text: string): ReturnType<typeof parseJudgeFile> => {
  try {
    return parseJudgeFile(text);
  } catch (error) {
    if (error instanceof JudgeFileUnreadable) throw badInput(`${path}: ${error.message}`);
    throw error;
  }
};
