// A rehearsal in a process of its own: virtual time replaces what belongs to all of it. Reads one job from stdin, and prints what came out.
import { readFileSync } from 'node:fs';
import { installVirtualTime } from '../local/virtual/virtual-time.ts';
import type { RehearsalAnswer, RehearsalJob } from './rehearsal-runs.ts';

const job = JSON.parse(readFileSync(0, 'utf8')) as RehearsalJob;
// First of all: packages keep the clock they find when they are loaded.
const time = installVirtualTime({ start: Date.parse(job.scenario.begins), seed: job.seed });
const { rehearse } = await import('../local/rehearsal/rehearse.ts');
const { NotRehearsable } = await import('../local/rehearsal/prepare-rehearsal.ts');
const { evaluateInThread } = await import('../shared/render/jsonnet-in-thread.ts');

const run = async (): Promise<RehearsalAnswer> => {
  const files = new Map(job.files.map(([path, base64]) => [path, new Uint8Array(Buffer.from(base64, 'base64'))]));
  const place = {
    dir: job.dir,
    time,
    jsonnet: evaluateInThread(),
    readDefinition: (machine: string) => job.definitions[machine] ?? '',
  };
  try {
    return { ok: true, ...(await rehearse({ ...job, files }, place)) };
  } catch (error) {
    if (error instanceof NotRehearsable) return { ok: false, because: error.message };
    throw error;
  }
};

const answer = await run();
time.restore();
// What the simulation left running is not waited for.
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
