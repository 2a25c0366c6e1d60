import { expect, test } from 'vitest';
import { readWave, stopWave, type WaveRef } from '../../shared/ledger/waves.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { closeGates } from '../../shared/wave/close-gates.ts';
import { ledgerAndClock } from '../approval/waiting-machines.ts';

const ill = { because: 'FAIL gate up', at: 0 };
const held = { because: 'held by ana: x', at: 0, keeps: true } as const;

test.each([
  { status: 'passed', stop: undefined, direction: 'forward', outcome: 'passed', because: 'so' },
  { status: 'failed', stop: ill, direction: 'forward', outcome: 'failed', because: 'so' },
  { status: 'error', stop: undefined, direction: 'forward', outcome: 'failed', because: 'so' },
  { status: 'failed', stop: held, direction: 'forward', outcome: 'held', because: 'held by ana: x' },
  { status: 'aborted', stop: held, direction: 'forward', outcome: 'held', because: 'held by ana: x' },
  { status: 'stuck', stop: held, direction: 'forward', outcome: 'stuck', because: 'so' },
  { status: 'passed', stop: held, direction: 'forward', outcome: 'passed', because: 'so' },
  { status: 'failed', stop: held, direction: 'back', outcome: 'failed', because: 'so' },
] as const)(
  'a wave that goes $direction and $status, stopped: $stop.because, is $outcome at once in its row',
  async (each) => {
    const { status, stop, direction, outcome, because } = each;
    const outside = ledgerAndClock();
    const ref: WaveRef = { rollout: 'ro-1', release: digestOf('release'), wave: 'w', direction };
    if (stop !== undefined) await stopWave(outside.ledger, ref, stop);
    expect(await closeGates(ref, { status, because: 'so' }, outside)).toEqual({ outcome, because });
    expect(await readWave(outside.ledger, ref)).toMatchObject({ outcome, because });
    // The first outcome counts.
    expect(await closeGates(ref, { status: 'aborted', because: 'later' }, outside)).toEqual({ outcome, because });
  },
);
