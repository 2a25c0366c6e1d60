import { spawn } from 'node:child_process';

/** What one run cost. Seconds; `cpu` is user and system time together; megabytes of the largest process, where it is one. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly memory?: number;
}

/** Runs a command under GNU time, which knows what it and its children cost. Throws with its output when it fails. */
export const runCommand = (
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  allowed: readonly number[] = [0],
): Promise<Cost> =>
  new Promise((resolve, reject) => {
    const child = spawn('/usr/bin/time', ['-f', 'cost %e %U %S %M', ...command], {
      env: { PATH: process.env.PATH ?? '', ...env },
    });
    const texts: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => texts.push(text));
    child.on('error', reject);
    child.on('close', (code) => {
      const said = texts.join('');
      const cost = /^cost ([\d.]+) ([\d.]+) ([\d.]+) (\d+)$/m.exec(said);
      if (!allowed.includes(code ?? -1) || cost === null) {
        reject(new Error(`${command.join(' ')} ended with ${code}: ${said.slice(-2000)}`));
        return;
      }
      const [wall = 0, user = 0, system = 0, kilobytes = 0] = cost.slice(1).map(Number);
      resolve({ wall, cpu: user + system, memory: kilobytes / 1024 });
    });
  });

/** The run in the middle, by wall time. */
export const median = <Measured extends Cost>(costs: readonly Measured[]): Measured => {
  const sorted = [...costs].sort((a, b) => a.wall - b.wall);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('median: no runs');
  return middle;
};
