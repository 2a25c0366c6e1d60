import { apiWarningsSuite } from './api-warnings.suite.ts';
import { handingOverSuite } from './handing-over.suite.ts';
import { lastWrittenSuite } from './last-written.suite.ts';
import { movedOnSuite } from './moved-on.suite.ts';
import { replacingSuite } from './replacing.suite.ts';
import { roomSuite } from './room.suite.ts';
import { describeOnRealServer } from './server.ts';

// On a control plane of their own: its one node has room for the pods of a few suites.
describeOnRealServer('guard rails on the real control plane', {
  'warnings of the API server': apiWarningsSuite,
  'lint beside what is live': roomSuite,
  'handing over': handingOverSuite,
  replacing: replacingSuite,
  'an API that moves on': movedOnSuite,
  'who wrote an object last': lastWrittenSuite,
});
