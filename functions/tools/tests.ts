import type { Outside } from '../../shared/outside/outside.ts';
import type { TestTools } from '../../shared/wave/look-at-tests.ts';

/** How tests elsewhere are asked for and looked at; loaded by the first gate that is one. */
export const testTools = (outside: Outside): TestTools => ({
  lookAtTest: async (order, signal) => {
    const { lookAtTest } = await import('../../shared/test-gates/look-at-test.ts');
    return lookAtTest(order, outside, signal);
  },
});
