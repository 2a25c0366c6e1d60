import { spawn } from 'node:child_process';

/** What one run cost. Seconds; `cpu` is user and system time together. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly calls: Readonly<Record<string, number>>;
}

/** Runs a command by bash, whose `time` knows what the command and its children cost. Throws with its output when it fails. */
export const runCommand = (
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  allowed: readonly number[] = [0],
): Promise<{ readonly wall: number; readonly cpu: number; readonly said: string }> =>
  new Promise((resolve, reject) => {
    const quoted = command.map((word) => `'${word}'`).join(' ');
    const script = `TIMEFORMAT='cost %R %U %S'; time ${quoted}`;
    const child = spawn('bash', ['-c', script], { env: { PATH: process.env.PATH ?? '', ...env } });
    const texts: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => texts.push(text));
    child.on('error', reject);
    child.on('close', (code) => {
      const said = texts.join('');
      const cost = /^cost ([\d.]+) ([\d.]+) ([\d.]+)$/m.exec(said);
      if (!allowed.includes(code ?? -1) || cost === null) {
        reject(new Error(`${command.join(' ')} ended with ${code}: ${said.slice(-2000)}`));
        return;
      }
      resolve({ wall: Number(cost[1]), cpu: Number(cost[2]) + Number(cost[3]), said });
    });
  });

/** Requests by verb, as `kubectl -v=6` logs them. */
export const callsOf = (said: string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const [, verb = ''] of said.matchAll(/(?:\] |verb=")(GET|PATCH|POST|DELETE|PUT)(?:"| https)/g)) {
    counts[verb] = (counts[verb] ?? 0) + 1;
  }
  return counts;
};

export const spokenCalls = (calls: Readonly<Record<string, number>>): string =>
  Object.entries(calls)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([verb, count]) => `${count} ${verb}`)
    .join(', ') || '–';

/** The run in the middle, by wall time. */
export const median = (costs: readonly Cost[]): Cost => {
  const sorted = [...costs].sort((a, b) => a.wall - b.wall);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('median: no runs');
  return middle;
};
